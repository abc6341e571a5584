// The names of members, what stands between a name and its value, and names that stand twice.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/json/tolerant/damaged_value.h"
#include "server/json/write.h"

namespace extractd::json {

bool DamagedValueReader::ReadMember() {
  const char c = Peek();
  if (c == '}') return Close();
  if (c == ']' && Guesses()) return CloseAcross();
  if (c == ',') return SkipComma();
  if (AtEnd()) return Cut({});
  if (SiblingBeginsHere()) return CloseBeforeSibling();
  if (AtEllipsis()) return SkipEllipsis();
  member_start_ = at_;
  return ReadName();
}

bool DamagedValueReader::ReadName() {
  if (AtQuote()) return ReadQuotedName();
  const std::string_view name = BareName();
  if (name.empty()) return Fail("expected a member name");
  const bool broken = !IsValidUtf8(name);
  const std::string_view read = broken ? out_.CopyText(ReplaceInvalidUtf8(name)) : name;
  at_ += name.size();
  if (!ReadColon(read)) return false;
  const RepairLog::Change change = {
      .before = RepairText(name), .after = ToShortText(read, kMaxRepairTextBytes)
  };
  log_.AddToChild(repair_kind::kUnquotedKey, change);
  if (broken) {
    log_.AddToChild(
        repair_kind::kInvalidUtf8,
        {.before = change.before, .after = change.after, .lossless = false}
    );
  }
  return true;
}

bool DamagedValueReader::ReadQuotedName() {
  const size_t start = at_;
  const DamagedString name = NextString(StringPlace::kName);
  if (!name.closed) {
    reading_.resume = start + 1;
    at_ = text_.size();
    return Cut(text_.substr(start));
  }
  at_ = name_end_ = name.end;
  name_quoted_ = true;
  if (!ReadColon(name.copied ? out_.CopyText(name.value) : name.value)) return false;
  LogString(name, text_.substr(start, name.end - start));
  return true;
}

// One word; guessing, several words up to a colon in the same line.
std::string_view DamagedValueReader::BareName() const {
  const std::string_view word = WordAt(text_, at_);
  if (!Guesses() || word.empty()) return word;
  const std::string_view line = text_.substr(at_, kMaxLookahead);
  const size_t colon = line.find_first_of(":=,\n\"'{}[]");
  if (colon == std::string_view::npos || line[colon] != ':') return word;
  size_t size = colon;
  while (size > 0 && IsSpace(line[size - 1])) --size;
  return line.substr(0, size);
}

bool DamagedValueReader::ReadColon(std::string_view name) {
  const bool quoted = std::exchange(name_quoted_, false);
  SkipSpace();
  if (AtEnd()) return Cut(text_.substr(member_start_, at_ - member_start_));
  const bool separated = TakeSeparator();
  if (!separated && !(quoted && ValueBeginsHere())) {
    return Fail("expected ':' after the member name");
  }
  colon_end_ = at_;
  reading_.begun = reading_.structured = true;
  place_.Member(name);
  if (!separated) {
    log_.AddToChild(repair_kind::kMissingColon, {.after = ":", .lossless = at_ > name_end_});
  }
  if (Value* earlier = out_.FindMember(name); earlier != nullptr) {
    duplicates_.push_back({.depth = place_.depth(), .earlier = *earlier, .later = earlier});
    out_.ReplaceMember(*earlier);
  } else {
    out_.KeySlice(name);
  }
  state_ = State::kValue;
  return true;
}

// The colon, or what other languages write in its place.
bool DamagedValueReader::TakeSeparator() {
  if (Peek() == ':' && text_.substr(at_, 2) != ":=") {
    ++at_;
    return true;
  }
  static constexpr std::array<std::string_view, 3> kMarks = {"=>", ":=", "="};
  const std::string_view rest = text_.substr(at_);
  const auto* const mark = std::ranges::find_if(kMarks, [&](std::string_view candidate) {
    return rest.starts_with(candidate);
  });
  if (mark == kMarks.end() || rest.starts_with("==")) return false;
  at_ += mark->size();
  log_.AddToContainer(repair_kind::kSeparator, {.before = std::string(*mark), .after = ":"});
  return true;
}

// Behind a name without a colon. Where they touch, only a guess.
bool DamagedValueReader::ValueBeginsHere() const {
  if (at_ == name_end_ && !Guesses()) return false;
  if (AtQuote() || Peek() == '{' || Peek() == '[') return true;
  const std::string_view word = WordAt(text_, at_);
  return ReadNumber(word).has_value() || ReadLiteral(word).has_value();
}

// The member that was read has taken the place of an earlier one.
void DamagedValueReader::FinishDuplicate() {
  if (duplicates_.empty() || duplicates_.back().depth != place_.depth()) return;
  const Duplicate duplicate = duplicates_.back();
  duplicates_.pop_back();
  log_.AddToChild(
      repair_kind::kDuplicateKey,
      {.before = ToShortText(duplicate.earlier, kMaxRepairTextBytes),
       .after = ToShortText(*duplicate.later, kMaxRepairTextBytes),
       .lossless = Equal(duplicate.earlier, *duplicate.later)}
  );
}

}  // namespace extractd::json
