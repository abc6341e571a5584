#include "server/json/tolerant/damaged_value.h"

#include <optional>
#include <string>
#include <utility>

#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

// Surely no white space or comment.
bool BeginsToken(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte < 0x80 && c != '/' && c != '#';
}

bool IsOpeningBracket(char c) {
  return c == '{' || c == '[';
}
bool IsClosingBracket(char c) {
  return c == '}' || c == ']';
}

}  // namespace

DamagedValueReader::DamagedValueReader(std::string_view text, Builder& builder)
    : text_(text), out_(builder), strings_(text), comments_(text), place_(log_.place()) {}

Reading DamagedValueReader::Read(size_t at) {
  out_.Clear();
  log_.Clear();
  duplicates_.clear();
  state_ = State::kValue;
  at_ = last_end_ = member_start_ = at;
  after_comma_ = loose_space_seen_ = false;
  reading_ = {.ending = Ending::kComplete};
  while (state_ != State::kDone) {
    if (!Step()) return reading_;
  }
  reading_.end = reading_.resume = at_;
  return reading_;
}

bool DamagedValueReader::Step() {
  SkipSpace();
  if (log_.overflows()) return Fail("needs more than 1000 changes");
  switch (state_) {
    case State::kValue:
      return ReadValue();
    case State::kElement:
      return ReadElement();
    case State::kMember:
      return ReadMember();
    case State::kAfterValue:
      return ReadAfterValue();
    case State::kDone:
      break;
  }
  return false;
}

bool DamagedValueReader::ReadElement() {
  const char c = Peek();
  if (c == ']') return Close();
  if (c == ',') return SkipComma();
  if (AtEnd()) return Cut({});
  place_.NextElement();
  return ReadValue();
}

bool DamagedValueReader::ReadMember() {
  const char c = Peek();
  if (c == '}') return Close();
  if (c == ',') return SkipComma();
  if (AtEnd()) return Cut({});
  member_start_ = at_;
  return ReadName();
}

bool DamagedValueReader::ReadName() {
  const size_t start = at_;
  if (AtQuote()) {
    const DamagedString name = strings_.Read(start);
    if (!name.closed) {
      reading_.resume = start + 1;
      at_ = text_.size();
      return Cut(text_.substr(start));
    }
    at_ = name.end;
    if (!ReadColon(name.copied ? out_.CopyText(name.value) : name.value)) return false;
    LogString(name, text_.substr(start, name.end - start));
    return true;
  }
  const std::string_view name = WordAt(text_, at_);
  if (name.empty()) return Fail("expected a member name");
  at_ += name.size();
  if (!ReadColon(name)) return false;
  log_.AddToChild(
      repair_kind::kUnquotedKey,
      {.before = RepairText(name), .after = ToShortText(name, kMaxRepairTextBytes)}
  );
  return true;
}

bool DamagedValueReader::ReadColon(std::string_view name) {
  SkipSpace();
  if (AtEnd()) return Cut(text_.substr(member_start_, at_ - member_start_));
  if (Peek() != ':') return Fail("expected ':' after the member name");
  ++at_;
  reading_.begun = reading_.structured = true;
  place_.Member(name);
  if (Value* earlier = out_.FindMember(name); earlier != nullptr) {
    duplicates_.push_back({.depth = place_.depth(), .earlier = *earlier, .later = earlier});
    out_.ReplaceMember(*earlier);
  } else {
    out_.KeySlice(name);
  }
  state_ = State::kValue;
  return true;
}

bool DamagedValueReader::ReadValue() {
  if (AtEnd()) {
    const size_t start = place_.in_object() ? member_start_ : at_;
    return Cut(text_.substr(start, at_ - start));
  }
  if (IsOpeningBracket(Peek())) return Open();
  return AtQuote() ? ReadString() : ReadWord();
}

bool DamagedValueReader::Open() {
  if (place_.depth() == kMaxDepth) {
    reading_.begun = true;
    return Fail("nested deeper than 128 levels");
  }
  reading_.nested = place_.depth() > 0;
  after_comma_ = false;
  if (text_[at_++] == '{') {
    out_.BeginObject();
    place_.EnterObject();
    state_ = State::kMember;
  } else {
    out_.BeginArray();
    place_.EnterArray();
    state_ = State::kElement;
  }
  return true;
}

bool DamagedValueReader::Close() {
  if (after_comma_) log_.AddToContainer(repair_kind::kTrailingComma, {.before = ","});
  ++at_;
  place_.in_object() ? out_.EndObject() : out_.EndArray();
  place_.Leave();
  FinishValue();
  return true;
}

// In an array, a value may be missing before such a comma.
bool DamagedValueReader::SkipComma() {
  ++at_;
  log_.AddToContainer(repair_kind::kExtraComma, {.before = ",", .lossless = place_.in_object()});
  return true;
}

bool DamagedValueReader::ReadString() {
  const size_t start = at_;
  const DamagedString string = strings_.Read(start);
  string.copied ? out_.String(string.value) : out_.StringSlice(string.value);
  at_ = string.end;
  const std::string_view source = text_.substr(start, at_ - start);
  LogString(string, source);
  if (string.closed) {
    FinishValue();
    return true;
  }
  reading_.resume = start + 1;
  RepairLog::Change cut = {
      .before = RepairText(source), .after = ToShortText(string.value, kMaxRepairTextBytes)
  };
  FinishDuplicate();
  return EndOpen(std::move(cut), /*of_child=*/true);
}

bool DamagedValueReader::ReadWord() {
  const std::string_view word = WordAt(text_, at_);
  const bool ends_text = at_ + word.size() == text_.size();
  if (ends_text && place_.depth() > 0) return ReadCutWord(word);
  if (!PutWord(word)) return ends_text ? ReadCutWord(word) : Fail("expected a value");
  at_ += word.size();
  FinishValue();
  return true;
}

// A word at which the text ends: whole as far as one can see, the beginning of a number, or
// neither.
bool DamagedValueReader::ReadCutWord(std::string_view word) {
  const size_t start = place_.in_object() ? member_start_ : at_;
  const std::string_view number = NumberPrefix(word);
  at_ = text_.size();
  if (!PutWord(number.empty() ? word : number)) return Cut(text_.substr(start));
  FinishValue();
  return Cut({});
}

// False: `word` is no value.
bool DamagedValueReader::PutWord(std::string_view word) {
  if (const std::optional<DamagedNumber> number = ReadNumber(word)) {
    if (number->text.empty()) {
      out_.NumberSlice(word);
      return true;
    }
    out_.Number(number->text);
    log_.AddToChild(
        repair_kind::kNumberForm,
        {.before = RepairText(word), .after = RepairText(number->text), .lossless = number->lossless
        }
    );
    return true;
  }
  const std::optional<DamagedLiteral> literal = ReadLiteral(word);
  if (!literal.has_value()) return false;
  literal->text == "null" ? out_.Null() : out_.Boolean(literal->text == "true");
  if (literal->text != word) {
    log_.AddToChild(
        repair_kind::kLiteral,
        {.before = RepairText(word),
         .after = std::string(literal->text),
         .lossless = literal->lossless}
    );
  }
  return true;
}

void DamagedValueReader::FinishValue() {
  last_end_ = at_;
  after_comma_ = false;
  reading_.begun = true;
  FinishDuplicate();
  state_ = place_.depth() == 0 ? State::kDone : State::kAfterValue;
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

bool DamagedValueReader::ReadAfterValue() {
  const char c = Peek();
  const bool object = place_.in_object();
  if (c == (object ? '}' : ']')) return Close();
  if (AtEnd()) return Cut({});
  if (c != ',') return ReadMissingComma();
  ++at_;
  after_comma_ = true;
  state_ = object ? State::kMember : State::kElement;
  return true;
}

bool DamagedValueReader::ReadMissingComma() {
  const bool object = place_.in_object();
  if (object ? !MemberBeginsHere() : !ElementBeginsHere()) {
    return Fail(object ? "expected ',' or '}'" : "expected ',' or ']'");
  }
  log_.AddToContainer(repair_kind::kMissingComma, {.after = ","});
  state_ = object ? State::kMember : State::kElement;
  return true;
}

// A quoted name must not touch a string, whose quotes may be text then; a bare one begins a line.
// The colon is looked for when the name is read.
bool DamagedValueReader::MemberBeginsHere() const {
  if (!AtQuote()) return AtWord() && Gap().find('\n') != std::string_view::npos;
  const char before = text_[last_end_ - 1];
  return !Gap().empty() || IsClosingBracket(before) || IsLetter(before) || IsDigit(before);
}

// A space or a bracket must keep the values apart.
bool DamagedValueReader::ElementBeginsHere() const {
  if (IsOpeningBracket(Peek())) return true;
  return (!Gap().empty() || IsClosingBracket(text_[last_end_ - 1])) && (AtQuote() || AtWord());
}

void DamagedValueReader::SkipSpace() {
  for (;;) {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    if (at_ == text_.size() || BeginsToken(text_[at_])) return;
    if (comments_.Begins(at_)) {
      SkipComment();
      continue;
    }
    const size_t size = LooseSpaceSize(text_, at_);
    if (size == 0) return;
    if (!std::exchange(loose_space_seen_, true)) {
      log_.AddToContainer(
          repair_kind::kWhiteSpace, {.before = RepairText(text_.substr(at_, size)), .after = " "}
      );
    }
    at_ += size;
  }
}

void DamagedValueReader::SkipComment() {
  const size_t start = at_;
  const Comment comment = comments_.Read(start);
  if (!comment.closed) reading_.resume = start + 1;
  at_ = comment.end;
  const std::string_view text = text_.substr(start, at_ - start);
  // What touches a value may belong to it, like #3 to 12#3.
  const bool apart = start != last_end_ || start == 0 || IsClosingBracket(text_[start - 1]);
  log_.AddToContainer(
      repair_kind::kComment,
      {.before = RepairText(text), .lossless = apart && (!comment.closed || !HoldsData(text))}
  );
}

bool DamagedValueReader::AtEnd() const {
  return at_ >= text_.size() || (text_[at_] == '`' && FenceAt(text_, at_));
}

bool DamagedValueReader::Fail(std::string_view error) {
  reading_.ending = Ending::kBroken;
  reading_.error = error;
  reading_.end = reading_.resume = at_;
  reading_.depth = place_.depth();
  return false;
}

// The value ends open, with `unfinished` as its last bytes, which are dropped.
bool DamagedValueReader::Cut(std::string_view unfinished) {
  return EndOpen({.before = RepairText(unfinished)}, /*of_child=*/false);
}

bool DamagedValueReader::EndOpen(RepairLog::Change truncation, bool of_child) {
  reading_.ending = Ending::kOpen;
  reading_.end = at_;
  reading_.resume = reading_.resume > 0 ? reading_.resume : at_;
  reading_.depth = place_.depth();
  Place end = place_;
  // A member of which no value has begun does not replace another.
  if (!duplicates_.empty() && duplicates_.back().depth == place_.depth()) duplicates_.pop_back();
  while (place_.depth() > 0) {
    const bool object = place_.in_object();
    object ? out_.EndObject() : out_.EndArray();
    truncation.after += object ? '}' : ']';
    place_.Leave();
    FinishDuplicate();
  }
  std::swap(place_, end);
  truncation.lossless = false;
  const auto add = of_child ? &RepairLog::AddToChild : &RepairLog::AddToContainer;
  (log_.*add)(repair_kind::kTruncated, std::move(truncation));
  return false;
}

void DamagedValueReader::LogString(const DamagedString& string, std::string_view source) {
  if (!string.quote && !string.control_character && !string.escape && !string.invalid_utf8) return;
  RepairLog::Change change = {
      .before = RepairText(source), .after = ToShortText(string.value, kMaxRepairTextBytes)
  };
  change.lossless = !string.mixed_quotes;
  if (string.quote) log_.AddToChild(repair_kind::kQuote, change);
  change.lossless = true;
  if (string.control_character) log_.AddToChild(repair_kind::kControlCharacter, change);
  if (string.escape) log_.AddToChild(repair_kind::kEscape, change);
  change.lossless = false;
  if (string.invalid_utf8) log_.AddToChild(repair_kind::kInvalidUtf8, change);
}

}  // namespace extractd::json
