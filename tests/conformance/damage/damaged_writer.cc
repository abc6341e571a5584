#include "tests/conformance/damage/damaged_writer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/decimal.h"
#include "server/json/lexical.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

// Without a backslash, `c` could be taken for the closing quote.
bool MayEndString(std::string_view c, std::string_view rest, std::string_view closing) {
  if (closing == "”") return c == "“" || c == "”" || c == "\"";
  // Inside of a word, an apostrophe ends nothing.
  const bool inside = c == "'" && !rest.empty() && IsLetter(rest[0]);
  return c == closing && !inside;
}

bool IsName(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, IsLetter);
}

}  // namespace

std::string DamagedWriter::Write(const Value& value) {
  indented_ = random_.OneIn(2);
  unclosed_ = Strikes(Damage::kUnclosed);
  const bool doubled = !unclosed_ && value.is_object() && Strikes(Damage::kDoubledBraces);
  if (doubled) out_ += '{';
  Put(value);
  if (doubled) out_ += '}';
  if (!unclosed_) Surround();
  if (Strikes(Damage::kByteOrderMark)) out_ = "\uFEFF" + out_;
  return out_;
}

void DamagedWriter::Surround() {
  if (Strikes(Damage::kAssignment)) out_ = "const answer = " + out_ + ";";
  if (Strikes(Damage::kFence)) out_ = "```json\n" + out_ + "\n```\n";
  if (Strikes(Damage::kOpenFence)) out_ = "```\n" + out_ + "\n";
  if (Strikes(Damage::kTag)) out_ = "<answer>" + out_ + "</answer>";
  if (Strikes(Damage::kHeading)) out_ = "# The answer\n" + out_;
  if (Strikes(Damage::kProse)) out_ = "Here's {what} I've \"found\":\n" + out_ + "\nIs that [all]?";
  if (Strikes(Damage::kOtherCandidate)) out_ = "{\"" + NewLeaf() + "\": {}}\n" + out_;
  if (Strikes(Damage::kThink)) out_ = "<think>So {\"a\": 1}, isn't it [</think>" + out_;
  if (Strikes(Damage::kLoneThinkEnd)) out_ = "That's [easy.\n</think>\n\n" + out_;
}

bool DamagedWriter::Did(Damage damage) const {
  return std::ranges::find(done_, damage) != done_.end();
}

bool DamagedWriter::Strikes(Damage damage) {
  if (std::ranges::find(damages_, damage) == damages_.end() || random_.OneIn(4)) return false;
  if (!Did(damage)) done_.push_back(damage);
  return true;
}

std::string DamagedWriter::NewLeaf() {
  added_.push_back(fmt::format("added{}", added_.size()));
  return added_.back();
}

void DamagedWriter::Put(const Value& value) {
  switch (value.type()) {
    case Type::kNull:
      if (Strikes(Damage::kUndefined)) {
        out_ += "undefined";
        return;
      }
      return PutLiteral("null", {"None", "NULL", "Null", "none"});
    case Type::kBoolean:
      return value.boolean() ? PutLiteral("true", {"True", "TRUE", "tRue", "True"})
                             : PutLiteral("false", {"False", "FALSE", "fAlse", "False"});
    case Type::kNumber:
      return PutNumber(value.number());
    case Type::kString:
      return PutString(value.string());
    case Type::kArray:
    case Type::kObject:
      return PutChildren(value);
  }
}

void DamagedWriter::PutLiteral(
    std::string_view strict, const std::array<std::string_view, 4>& others
) {
  out_ += Strikes(Damage::kOtherLiteral) ? random_.PickFrom(others) : strict;
}

void DamagedWriter::PutNumber(std::string_view number) {
  const bool negative = number.starts_with('-');
  const auto integer = std::ranges::all_of(number, IsDigit) ? ToInt64(number) : std::nullopt;
  if (number.starts_with("0.") && Strikes(Damage::kBareFraction)) {
    out_ += number.substr(1);
  } else if (number.ends_with(".0") && Strikes(Damage::kBareFraction)) {
    out_ += number.substr(0, number.size() - 1);
  } else if (integer.has_value() && Strikes(Damage::kHexNumber)) {
    out_ += fmt::format("0x{:X}", *integer);
  } else if (!negative && Strikes(Damage::kLeadingZeros)) {
    out_ += fmt::format("00{}", number);
  } else if (!negative && Strikes(Damage::kPlusSign)) {
    out_ += fmt::format("+{}", number);
  } else {
    out_ += number;
  }
}

void DamagedWriter::PutChildren(const Value& value) {
  const bool object = value.is_object();
  out_ += object ? '{' : '[';
  ++depth_;
  PutSpace();
  if (Strikes(Damage::kExtraComma)) out_ += ',';
  bool first = true;
  for (const Value& child : value) {
    if (!first) PutComma();
    first = false;
    if (object) PutName(child);
    Put(child);
    // Nothing of an unclosed text may stand behind its last value.
    if (!unclosed_) PutSpace();
  }
  if (!first && !unclosed_ && Strikes(Damage::kTrailingComma)) out_ += ',';
  --depth_;
  if (!unclosed_) PutSpace();
  PutClosing(object ? '}' : ']');
}

// Of an unclosed text, the bracket of the root is missing.
void DamagedWriter::PutClosing(char bracket) {
  if (depth_ > 0 || !unclosed_) out_ += bracket;
}

void DamagedWriter::PutComma() {
  if (Strikes(Damage::kMissingComma)) {
    out_ += '\n';
    return;
  }
  out_ += ',';
  if (Strikes(Damage::kExtraComma)) out_ += ',';
  PutSpace();
}

void DamagedWriter::PutSpace() {
  if (indented_) out_ += '\n' + std::string(depth_ * 2, ' ');
  if (Strikes(Damage::kWhiteSpace)) out_ += "\u00A0";
  if (Strikes(Damage::kLineComment)) out_ += "// it's a {comment}\n";
  if (Strikes(Damage::kBlockComment)) out_ += random_.OneIn(2) ? "/* a \"b\" */" : "/**/";
  if (Strikes(Damage::kHashComment)) out_ += " # , or [not\n";
}

// With what stands before and behind it.
void DamagedWriter::PutName(const Value& member) {
  PutDuplicate(member.key());
  PutKey(member.key());
  PutColon(member);
}

void DamagedWriter::PutKey(std::string_view key) {
  if (IsName(key) && Strikes(Damage::kUnquotedKey)) {
    out_ += key;
  } else {
    PutString(key, /*may_spoil=*/false);
  }
}

void DamagedWriter::PutColon(const Value& member) {
  if (Strikes(Damage::kEqualsSign)) {
    out_ += random_.OneIn(2) ? " = " : "=";
  } else if (out_.ends_with('"') && member.size() == 0 && Strikes(Damage::kMissingColon)) {
    out_ += ' ';
  } else {
    out_ += indented_ ? ": " : ":";
  }
}

void DamagedWriter::PutDuplicate(std::string_view key) {
  if (!Strikes(Damage::kDuplicateKey)) return;
  PutKey(key);
  out_ += ":\"" + NewLeaf() + "\",";
}

void DamagedWriter::PutString(std::string_view text, bool may_spoil) {
  spoil_ = may_spoil && Strikes(Damage::kInvalidUtf8);
  if (Strikes(Damage::kSingleQuote)) return PutQuoted(text, "'", "'");
  if (Strikes(Damage::kBacktick)) return PutQuoted(text, "`", "`");
  if (Strikes(Damage::kTypographicQuote)) return PutQuoted(text, "“", "”");
  PutQuoted(text, "\"", "\"");
}

void DamagedWriter::PutQuoted(
    std::string_view text, std::string_view opening, std::string_view closing
) {
  out_ += opening;
  if (spoil_) out_ += '\xFF';
  while (!text.empty()) {
    const size_t size = std::max<size_t>(DecodeUtf8(text).size, 1);
    PutCharacter(text.substr(0, size), text.substr(size), closing);
    text.remove_prefix(size);
  }
  out_ += closing;
}

void DamagedWriter::PutCharacter(
    std::string_view c, std::string_view rest, std::string_view closing
) {
  if (PutDamagedCharacter(c, rest)) return;
  const bool control = static_cast<unsigned char>(c[0]) < 0x20;
  if (c == "\\" || (control && !Strikes(Damage::kControlCharacter))) {
    std::string escaped;
    WriteString(c, escaped);
    out_ += escaped.substr(1, escaped.size() - 2);
    return;
  }
  const bool spare = c == "'" && Strikes(Damage::kLooseEscape);
  if (spare || (MayEndString(c, rest, closing) && !LeavesQuote(c, rest))) out_ += '\\';
  out_ += c;
}

// Before a word, a quote can't end the string.
bool DamagedWriter::LeavesQuote(std::string_view c, std::string_view rest) {
  const bool before_word = !rest.empty() && (IsLetter(rest[0]) || rest[0] == ' ');
  return c == "\"" && before_word && Strikes(Damage::kInnerQuote);
}

// As JavaScript would take it.
bool DamagedWriter::PutDamagedCharacter(std::string_view c, std::string_view rest) {
  if (c == "\\" && rest.starts_with('d') && Strikes(Damage::kLooseEscape)) {
    out_ += c;
    plain_next_ = true;
    return true;
  }
  if (std::exchange(plain_next_, false)) return false;
  const bool letter = c.size() == 1 && IsLetter(c[0]);
  if (letter && Strikes(Damage::kLineContinuation)) out_ += "\\\n";
  if (!letter || !Strikes(Damage::kHexEscape)) return false;
  out_ += fmt::format("\\x{:02x}", static_cast<unsigned>(c[0]));
  return true;
}

}  // namespace extractd::json
