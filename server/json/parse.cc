#include "server/json/parse.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/base/strings.h"
#include "server/base/utf8.h"

namespace extractd::json {
namespace {

// From so many members on, duplicates are looked for with a hash set.
constexpr size_t kManyMembers = 16;
constexpr size_t kMaxExponentDigits = 15;

constexpr bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// True for the bytes that a string holds as they are: no quote, escape, control or non-ASCII byte.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t i = 0x20; i < 0x80; ++i) plain[i] = i != '"' && i != '\\';
  return plain;
}();

class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options, Builder& builder)
      : text_(text),
        reject_duplicates_(options.duplicate_keys == DuplicateKeys::kReject),
        out_(builder) {}

  // Null: success.
  std::optional<ParseError> Run() {
    if (!ReadDocument()) return ParseError{.offset = at_, .message = error_};
    return std::nullopt;
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

  struct Frame {
    bool object = false;
    StringSet keys = {};  // filled from kManyMembers members on
    std::vector<std::string_view> few_keys = {};
  };

  bool Fail(const char* message) {
    error_ = message;
    return false;
  }

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
    if (at_ >= text_.size()) return Fail("unexpected end of text, expected a value");
    state = frames_.empty() ? State::kDone : State::kAfterValue;
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

  bool Open(State& state) {
    if (frames_.size() == kMaxDepth) return Fail("nested deeper than 128 levels");
    const bool object = text_[at_++] == '{';
    object ? out_.BeginObject() : out_.BeginArray();
    frames_.push_back({.object = object});
    state = object ? State::kFirstMember : State::kFirstElement;
    return true;
  }

  bool Close(State& state) {
    ++at_;
    frames_.back().object ? out_.EndObject() : out_.EndArray();
    frames_.pop_back();
    state = frames_.empty() ? State::kDone : State::kAfterValue;
    return true;
  }

  bool ReadAfterValue(State& state) {
    const bool object = frames_.back().object;
    const char c = Peek();
    if (c == ',') {
      ++at_;
      state = object ? State::kMember : State::kValue;
      return true;
    }
    if (c == (object ? '}' : ']')) return Close(state);
    if (at_ >= text_.size()) return Fail("unexpected end of text inside an array or object");
    return Fail(object ? "expected ',' or '}'" : "expected ',' or ']'");
  }

  bool ReadKey(State& state) {
    if (Peek() != '"') return Fail("expected a member name in double quotes");
    const size_t start = at_;
    std::string_view key;
    if (!ReadString(key)) return false;
    if (reject_duplicates_ && !RememberKey(key)) {
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

  // False: the object has that key already.
  bool RememberKey(std::string_view key) {
    Frame& frame = frames_.back();
    if (!frame.keys.empty()) return frame.keys.emplace(key).second;
    for (const std::string_view known : frame.few_keys) {
      if (known == key) return false;
    }
    // A key with escapes lives in a buffer that is used again: only its set entry would stay valid.
    if (key_copied_ || frame.few_keys.size() == kManyMembers) {
      for (const std::string_view known : frame.few_keys) frame.keys.emplace(known);
      return frame.keys.emplace(key).second;
    }
    frame.few_keys.push_back(key);
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
    if (!SkipPlain()) return false;
    key_copied_ = Peek() != '"';
    if (!key_copied_) {
      out = text_.substr(start, at_ - start);
      ++at_;
      return true;
    }
    unescaped_.assign(text_.substr(start, at_ - start));
    while (Peek() != '"') {
      if (!ReadEscape()) return false;
      const size_t run = at_;
      if (!SkipPlain()) return false;
      unescaped_.append(text_.substr(run, at_ - run));
    }
    ++at_;
    out = unescaped_;
    return true;
  }

  // Stops at the next quote or backslash.
  bool SkipPlain() {
    for (;;) {
      while (at_ < text_.size() && kPlain[static_cast<unsigned char>(text_[at_])]) ++at_;
      if (at_ >= text_.size()) return Fail("unexpected end of text inside a string");
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
    const char c = Peek();
    ++at_;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        unescaped_.push_back(c);
        return true;
      case 'b':
        unescaped_.push_back('\b');
        return true;
      case 'f':
        unescaped_.push_back('\f');
        return true;
      case 'n':
        unescaped_.push_back('\n');
        return true;
      case 'r':
        unescaped_.push_back('\r');
        return true;
      case 't':
        unescaped_.push_back('\t');
        return true;
      case 'u':
        return ReadUnicodeEscape();
      default:
        --at_;
        return Fail("unknown escape in a string");
    }
  }

  bool ReadUnicodeEscape() {
    std::uint32_t unit = 0;
    if (!ReadHex4(unit)) return false;
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    if (high && text_.substr(at_).starts_with("\\u")) {
      const size_t before = at_;
      std::uint32_t low = 0;
      at_ += 2;
      if (!ReadHex4(low)) return false;
      if (low >= 0xDC00 && low <= 0xDFFF) {
        unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
      } else {
        at_ = before;
      }
    }
    AppendUtf8(unit, unescaped_);
    return true;
  }

  bool ReadHex4(std::uint32_t& unit) {
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = Peek();
      std::uint32_t digit = 0;
      if (IsDigit(c)) {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
        digit = static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
      } else {
        return Fail("expected four hex digits after \\u");
      }
      unit = unit * 16 + digit;
    }
    return true;
  }

  bool ReadWord(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return Fail("expected a value");
    at_ += word.size();
    return true;
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
  std::vector<Frame> frames_;
  std::string unescaped_;
  bool key_copied_ = false;  // the last string had escapes and stands in unescaped_
  const char* error_ = "";
};

ParseResult Run(std::string_view text, const ParseOptions& options, Builder& builder) {
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
