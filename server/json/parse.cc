#include "server/json/parse.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json {
namespace {

// A string without its escapes in the making. Escaped JSON inside JSON, which every tool call
// holds, comes in runs of a few bytes: appending them to a std::string costs more than the rest.
class Unescaped {
 public:
  void Clear() { size_ = 0; }
  std::string_view text() const { return {bytes_.data(), size_}; }

  void Push(char c) {
    if (size_ == bytes_.size()) Grow(1);
    bytes_[size_++] = c;
  }

  void Append(std::string_view run) {
    if (run.size() > bytes_.size() - size_) Grow(run.size());
    std::memcpy(bytes_.data() + size_, run.data(), run.size());
    size_ += run.size();
  }

  // See AppendUtf16Unit, which looks back at the three bytes of a surrogate.
  void AppendUnit(std::uint32_t unit) {
    const size_t kept = size_ - std::min<size_t>(size_, 3);
    std::string end(text().substr(kept));
    AppendUtf16Unit(unit, end);
    size_ = kept;
    Append(end);
  }

 private:
  static constexpr size_t kFirstBytes = 1000;
  void Grow(size_t more) { bytes_.resize(std::max(kFirstBytes, (size_ + more) * 2)); }

  std::string bytes_;  // as large as it was ever needed
  size_t size_ = 0;
};

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
    if (key_copied_) {
      out_.Key(key);
    } else {
      out_.KeySlice(key);
    }
    state = State::kValue;
    return true;
  }

  bool ReadStringValue() {
    std::string_view value;
    if (!ReadString(value)) return false;
    if (key_copied_) {
      out_.String(value);
    } else {
      out_.StringSlice(value);
    }
    return true;
  }

  // Reads a string at its quote. `out`: a slice of the text or, with escapes, of `unescaped_`;
  // key_copied_ tells which.
  bool ReadString(std::string_view& out) {
    const size_t start = ++at_;
    if (!SkipCharacters()) return false;
    key_copied_ = text_[at_] != '"';
    if (!key_copied_) {
      out = text_.substr(start, at_ - start);
      ++at_;
      return true;
    }
    unescaped_.Clear();
    unescaped_.Append(text_.substr(start, at_ - start));
    while (text_[at_] != '"') {
      if (!ReadEscape()) return false;
      const size_t run = at_;
      if (!SkipCharacters()) return false;
      unescaped_.Append(text_.substr(run, at_ - run));
    }
    ++at_;
    out = unescaped_.text();
    return true;
  }

  // Stops at the next quote or backslash.
  bool SkipCharacters() {
    at_ = SkipPlain(text_, at_);
    return (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\\')) || SkipUnusual();
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
    unescaped_.Push(c);
    ++at_;
    return true;
  }

  bool ReadUnicodeEscape() {
    const HexDigits hex = ReadHex(text_.substr(++at_), 4);
    at_ += hex.size;
    if (hex.size < 4) return Fail("expected four hex digits after \\u");
    unescaped_.AppendUnit(hex.value);
    return true;
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
  Unescaped unescaped_;
  bool key_copied_ = false;  // the last string had escapes and stands in unescaped_
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
