#include "server/json/parse.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options, Builder& builder)
      : text_(text),
        reject_duplicates_(options.duplicate_keys == DuplicateKeys::kReject),
        out_(builder) {}

  // Null: success.
  std::optional<ParseError> Run() {
    if (ReadDocument()) return std::nullopt;
    return ParseError{.offset = at_, .message = error_, .truncated = truncated_};
  }

 private:
  // What may stand next.
  enum class State : std::uint8_t {
    kValue,
    kFirstElement,
    kFirstMember,
    kMember,
    kAfterValue,
    kDone
  };

  bool Fail(const char* message) {
    error_ = message;
    truncated_ = AtEnd();
    return false;
  }

  bool AtEnd() const { return at_ >= text_.size(); }

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool ReadDocument() {
    State state = State::kValue;
    while (state != State::kDone) {
      SkipSpace();
      if (!Step(state)) return false;
    }
    SkipSpace();
    return at_ == text_.size() || Fail("unexpected text after the value");
  }

  bool Step(State& state) {
    switch (state) {
      case State::kFirstElement:
        if (Peek() == ']') return Close(state);
        [[fallthrough]];
      case State::kValue:
        return ReadValue(state);
      case State::kFirstMember:
        if (Peek() == '}') return Close(state);
        [[fallthrough]];
      case State::kMember:
        return ReadKey(state);
      case State::kAfterValue:
        return ReadAfterValue(state);
      case State::kDone:
        return true;
    }
    return false;
  }

  bool ReadValue(State& state) {
    if (AtEnd()) return FailWithoutValue();
    state = AfterValue();
    switch (text_[at_]) {
      case '{':
      case '[':
        return Open(state);
      case '"':
        return ReadStringValue();
      case 't':
        return ReadWord("true") && (out_.Boolean(true), true);
      case 'f':
        return ReadWord("false") && (out_.Boolean(false), true);
      case 'n':
        return ReadWord("null") && (out_.Null(), true);
      default:
        return ReadNumber();
    }
  }

  State AfterValue() const { return out_.depth() == 0 ? State::kDone : State::kAfterValue; }

  // A text without a value is not a part of one.
  bool FailWithoutValue() {
    Fail("unexpected end of text, expected a value");
    truncated_ = out_.depth() > 0;
    return false;
  }

  bool Open(State& state) {
    if (out_.depth() == kMaxDepth) return Fail("nested deeper than 128 levels");
    const bool object = text_[at_++] == '{';
    object ? out_.BeginObject() : out_.BeginArray();
    state = object ? State::kFirstMember : State::kFirstElement;
    return true;
  }

  bool Close(State& state) {
    ++at_;
    out_.in_object() ? out_.EndObject() : out_.EndArray();
    state = AfterValue();
    return true;
  }

  bool ReadAfterValue(State& state) {
    const bool object = out_.in_object();
    const char c = Peek();
    if (c == ',') {
      ++at_;
      state = object ? State::kMember : State::kValue;
      return true;
    }
    if (c == (object ? '}' : ']')) return Close(state);
    if (AtEnd()) return Fail("unexpected end of text inside an array or object");
    return Fail(object ? "expected ',' or '}'" : "expected ',' or ']'");
  }

  bool ReadKey(State& state) {
    if (Peek() != '"') return Fail("expected a member name in double quotes");
    const size_t start = at_;
    std::string_view key;
    if (!ReadString(key)) return false;
    if (reject_duplicates_ && out_.FindMember(key) != nullptr) {
      at_ = start;
      return Fail("duplicate member name");
    }
    SkipSpace();
    if (Peek() != ':') return Fail("expected ':' after the member name");
    ++at_;
    out_.KeySlice(key);
    state = State::kValue;
    return true;
  }

  bool ReadStringValue() {
    std::string_view value;
    if (!ReadString(value)) return false;
    out_.StringSlice(value);
    return true;
  }

  // Reads a string at its quote. `out`: a slice of the text or, with escapes, of the room.
  bool ReadString(std::string_view& out) {
    const size_t start = ++at_;
    if (!SkipCharacters()) return false;
    if (text_[at_] != '"') return ReadEscapedString(start, out);
    out = text_.substr(start, at_ - start);
    ++at_;
    return true;
  }

  // Goes on at the first escape of the string that begins at `start`.
  bool ReadEscapedString(size_t start, std::string_view& out) {
    if (room_ == nullptr) room_ = out_.ReserveText(text_.size() - start);
    unescaped_begin_ = room_;
    CopyToRoom(text_.substr(start, at_ - start));
    while (text_[at_] != '"') {
      if (!ReadEscape() || !CopyCharacters()) return false;
    }
    ++at_;
    out = {unescaped_begin_, static_cast<size_t>(room_ - unescaped_begin_)};
    return true;
  }

  void CopyToRoom(std::string_view run) {
    std::memcpy(room_, run.data(), run.size());
    room_ += run.size();
  }

  // Stops at the next quote or backslash. Escaped JSON inside JSON, which every tool call holds,
  // comes in runs of a few bytes: to copy sixteen costs less than to ask how many there are.
  bool CopyCharacters() {
    unsigned found = 0;
    while (found == 0 && at_ + kScannedBytes <= text_.size()) {
      found = NotPlain(text_.data() + at_);
      const size_t run = found == 0 ? kScannedBytes : static_cast<size_t>(std::countr_zero(found));
      std::memcpy(room_, text_.data() + at_, kScannedBytes);
      room_ += run;
      at_ += run;
    }
    if (AtQuoteOrEscape()) return true;
    const size_t rest = at_;
    if (!SkipCharacters()) return false;
    CopyToRoom(text_.substr(rest, at_ - rest));
    return true;
  }

  bool AtQuoteOrEscape() const {
    return at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\\');
  }

  // Stops at the next quote or backslash.
  bool SkipCharacters() {
    at_ = SkipPlain(text_, at_);
    return AtQuoteOrEscape() || SkipUnusual();
  }

  bool SkipUnusual() {
    for (;;) {
      at_ = SkipPlain(text_, at_);
      if (AtEnd()) return Fail("unexpected end of text inside a string");
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '"' || byte == '\\') return true;
      if (byte < 0x20) return Fail("control character inside a string");
      const size_t size = DecodeUtf8(text_.substr(at_)).size;
      if (size == 0) return Fail("not UTF-8");
      at_ += size;
    }
  }

  bool ReadEscape() {
    ++at_;
    if (Peek() == 'u') return ReadUnicodeEscape();
    const char c = SimpleEscape(Peek());
    if (c == '\0') return Fail("unknown escape in a string");
    *room_++ = c;
    ++at_;
    return true;
  }

  bool ReadUnicodeEscape() {
    const HexDigits hex = ReadHex(text_.substr(++at_), 4);
    at_ += hex.size;
    if (hex.size < 4) return Fail("expected four hex digits after \\u");
    AppendUnit(hex.value);
    return true;
  }

  // See AppendUtf16Unit, which looks back at the three bytes of a surrogate.
  void AppendUnit(std::uint32_t unit) {
    const auto size = static_cast<size_t>(room_ - unescaped_begin_);
    room_ -= std::min<size_t>(size, 3);
    std::string end(room_, std::min<size_t>(size, 3));
    AppendUtf16Unit(unit, end);
    CopyToRoom(end);
  }

  bool ReadWord(std::string_view word) {
    const std::string_view found = text_.substr(at_, word.size());
    if (found == word) {
      at_ += word.size();
      return true;
    }
    Fail("expected a value");
    truncated_ = word.starts_with(found);
    return false;
  }

  size_t SkipDigits() {
    const size_t start = at_;
    while (IsDigit(Peek())) ++at_;
    return at_ - start;
  }

  bool ReadNumber() {
    const size_t start = at_;
    if (Peek() == '-') ++at_;
    if (!IsDigit(Peek())) return Fail(at_ == start ? "expected a value" : "expected a digit");
    if (Peek() == '0') {
      ++at_;
      if (IsDigit(Peek())) return Fail("number with a leading zero");
    } else {
      SkipDigits();
    }
    if (Peek() == '.') {
      ++at_;
      if (SkipDigits() == 0) return Fail("expected a digit after the point");
    }
    if ((Peek() | 0x20) == 'e' && !ReadExponent()) return false;
    out_.NumberSlice(text_.substr(start, at_ - start));
    return true;
  }

  bool ReadExponent() {
    ++at_;
    if (Peek() == '+' || Peek() == '-') ++at_;
    const size_t start = at_;
    while (Peek() == '0') ++at_;
    const size_t digits = SkipDigits();
    if (at_ == start) return Fail("expected a digit in the exponent");
    return digits <= kMaxExponentDigits || Fail("exponent of more than 15 digits");
  }

  std::string_view text_;
  size_t at_ = 0;
  bool reject_duplicates_;
  Builder& out_;
  // Where the next byte of a string with escapes goes: no escape is shorter than what it stands
  // for, so that the rest of the text, from the first such string on, is room enough for all of
  // them.
  char* room_ = nullptr;
  const char* unescaped_begin_ = nullptr;  // of the string with escapes that was read last
  const char* error_ = "";
  bool truncated_ = false;
};

ParseResult Run(std::string_view text, const ParseOptions& options, Builder& builder) {
  if (text.size() > kMaxTextBytes) {
    return ParseError{.offset = kMaxTextBytes, .message = "larger than 1 GiB"};
  }
  if (std::optional<ParseError> error = Parser(text, options, builder).Run()) {
    return *std::move(error);
  }
  return builder.Finish();
}

}  // namespace

TextPosition PositionOf(std::string_view text, size_t offset) {
  TextPosition position;
  for (const char c : text.substr(0, offset)) {
    ++position.column;
    if (c == '\n') position = {.line = position.line + 1, .column = 1};
  }
  return position;
}

ParseResult Parse(std::string text, const ParseOptions& options) {
  Builder builder;
  const std::string_view kept = builder.KeepText(std::move(text));
  return Run(kept, options, builder);
}

ParseResult ParseView(std::string_view text, const ParseOptions& options) {
  Builder builder;
  return Run(text, options, builder);
}

}  // namespace extractd::json
