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

// Reads by descent. Each Read… begins at the first byte of what it reads and returns the place
// behind the last one; null: the text is no JSON, and Fail() has noted why. What most members of
// most texts are made of is inlined into the two loops, of objects and of arrays; what is rare is
// kept out of them.
class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options, Builder& builder)
      : begin_(text.data()),
        end_(text.data() + text.size()),
        reject_duplicates_(options.duplicate_keys == DuplicateKeys::kReject),
        out_(builder) {}

  // Null: success.
  std::optional<ParseError> Run() {
    if (ReadDocument()) return std::nullopt;
    return ParseError{
        .offset = static_cast<size_t>(failed_at_ - begin_),
        .message = error_,
        .truncated = truncated_,
    };
  }

 private:
  using Place = const char*;

  [[gnu::noinline]] Place Fail(Place at, const char* message) {
    failed_at_ = at;
    error_ = message;
    truncated_ = at == end_;
    return nullptr;
  }

  bool Is(Place at, char c) const { return at != end_ && *at == c; }
  bool IsDigitAt(Place at) const { return at != end_ && IsDigit(*at); }
  bool IsQuoteOrEscape(Place at) const { return Is(at, '"') || Is(at, '\\'); }

  [[gnu::always_inline]] Place SkipSpace(Place at) const {
    return at != end_ && static_cast<unsigned char>(*at) <= ' ' ? SpaceEnd(at, end_) : at;
  }

  bool ReadDocument() {
    Place at = ReadValue(SkipSpace(begin_));
    if (at == nullptr) return false;
    at = SkipSpace(at);
    return at == end_ || Fail(at, "unexpected text after the value") != nullptr;
  }

  [[gnu::always_inline]] Place ReadValue(Place at) {
    if (at == end_) return FailWithoutValue();
    switch (*at) {
      case '{':
        return ReadObject(at);
      case '[':
        return ReadArray(at);
      case '"':
        return ReadStringValue(at);
      case 't':
        out_.Boolean(true);
        return ReadWord(at, "true");
      case 'f':
        out_.Boolean(false);
        return ReadWord(at, "false");
      case 'n':
        out_.Null();
        return ReadWord(at, "null");
      default:
        return ReadNumber(at);
    }
  }

  // A text without a value is not a part of one.
  Place FailWithoutValue() {
    Fail(end_, "unexpected end of text, expected a value");
    truncated_ = out_.depth() > 0;
    return nullptr;
  }

  [[gnu::noinline]] Place ReadObject(Place at) {
    if (out_.depth() == kMaxDepth) return FailTooDeep(at);
    out_.BeginObject();
    at = SkipSpace(at + 1);
    bool more = !Is(at, '}');
    while (more) {
      at = ReadMember(at);
      if (at == nullptr) return nullptr;
      at = SkipComma(SkipSpace(at), more);
    }
    if (!Is(at, '}')) return FailAfterValue(at, "expected ',' or '}'");
    out_.EndObject();
    return at + 1;
  }

  [[gnu::noinline]] Place ReadArray(Place at) {
    if (out_.depth() == kMaxDepth) return FailTooDeep(at);
    out_.BeginArray();
    at = SkipSpace(at + 1);
    bool more = !Is(at, ']');
    while (more) {
      at = ReadValue(at);
      if (at == nullptr) return nullptr;
      at = SkipComma(SkipSpace(at), more);
    }
    if (!Is(at, ']')) return FailAfterValue(at, "expected ',' or ']'");
    out_.EndArray();
    return at + 1;
  }

  // To the next child, if a comma stands here: `found`.
  [[gnu::always_inline]] Place SkipComma(Place at, bool& found) const {
    found = Is(at, ',');
    return found ? SkipSpace(at + 1) : at;
  }

  Place FailTooDeep(Place at) { return Fail(at, "nested deeper than 128 levels"); }
  Place FailAfterValue(Place at, const char* message) {
    return Fail(at, at == end_ ? "unexpected end of text inside an array or object" : message);
  }

  [[gnu::always_inline]] Place ReadMember(Place at) {
    if (!Is(at, '"')) return Fail(at, "expected a member name in double quotes");
    const Place start = at;
    std::string_view key;
    at = ReadString(at, key);
    if (at == nullptr) return nullptr;
    if (reject_duplicates_ && out_.FindMember(key) != nullptr) {
      return Fail(start, "duplicate member name");
    }
    at = SkipSpace(at);
    if (!Is(at, ':')) return Fail(at, "expected ':' after the member name");
    out_.KeySlice(key);
    return ReadValue(SkipSpace(at + 1));
  }

  [[gnu::always_inline]] Place ReadStringValue(Place at) {
    std::string_view value;
    at = ReadString(at, value);
    if (at != nullptr) out_.StringSlice(value);
    return at;
  }

  // `out`: a slice of the text or, of a string with escapes, of the room. Most strings end within
  // the first sixteen bytes.
  [[gnu::always_inline]] Place ReadString(Place at, std::string_view& out) {
    const Place start = at + 1;
    if (HasBlock(start)) {
      const unsigned found = NotPlain(start);
      const Place stop = start + std::countr_zero(found | (1U << (kScannedBytes - 1)));
      if (*stop == '"') {
        out = {start, stop};
        return stop + 1;
      }
    }
    return ReadLongString(start, out);
  }

  [[gnu::noinline]] Place ReadLongString(Place start, std::string_view& out) {
    const Place at = SkipCharacters(start);
    if (at == nullptr) return nullptr;
    if (*at == '\\') return ReadEscapedString(start, at, out);
    out = {start, at};
    return at + 1;
  }

  bool HasBlock(Place at) const { return end_ - at >= static_cast<std::ptrdiff_t>(kScannedBytes); }

  // A string that begins at `start`, from its first escape on.
  Place ReadEscapedString(Place start, Place at, std::string_view& out) {
    if (room_ == nullptr) room_ = out_.ReserveText(static_cast<size_t>(end_ - start));
    unescaped_begin_ = room_;
    CopyToRoom({start, at});
    while (*at == '\\') {
      at = CopyUsual(at);
      if (*at != '\\') break;
      at = ReadEscape(at);
      if (at == nullptr) return nullptr;
      at = CopyCharacters(at);
      if (at == nullptr) return nullptr;
    }
    out = {unescaped_begin_, room_};
    return at + 1;
  }

  void CopyToRoom(std::string_view run) {
    std::memcpy(room_, run.data(), run.size());
    room_ += run.size();
  }

  // From an escape on, as far as there are escapes of one letter with plain bytes between them, and
  // the text is long enough to look at whole blocks: to its quote or to the escape where something
  // else follows. Escaped JSON inside JSON, which every tool call holds, is nothing else: it comes
  // in runs of a few bytes, and to copy sixteen costs less than to ask how many there are.
  Place CopyUsual(Place at) {
    char* room = room_;  // not the member: nothing that is written through it could change it
    const Place last = end_ - std::min<std::ptrdiff_t>(end_ - at, kScannedBytes + 2);
    while (at < last && *at == '\\') {
      const char c = kEscapes[static_cast<unsigned char>(at[1])];
      if (c == '\0') break;
      const unsigned found = NotPlain(at + 2);
      const auto run = static_cast<size_t>(std::countr_zero(found | (1U << kScannedBytes)));
      if (run == kScannedBytes || (at[run + 2] != '\\' && at[run + 2] != '"')) break;
      *room = c;
      std::memcpy(room + 1, at + 2, kScannedBytes);
      room += run + 1;
      at += run + 2;
    }
    room_ = room;
    return at;
  }

  // Stops at the next quote or backslash.
  Place CopyCharacters(Place at) {
    unsigned found = 0;
    while (found == 0 && HasBlock(at)) {
      found = NotPlain(at);
      const size_t run = found == 0 ? kScannedBytes : static_cast<size_t>(std::countr_zero(found));
      std::memcpy(room_, at, kScannedBytes);
      room_ += run;
      at += run;
    }
    if (IsQuoteOrEscape(at)) return at;
    const Place rest = at;
    at = SkipCharacters(at);
    if (at != nullptr) CopyToRoom({rest, at});
    return at;
  }

  // Stops at the next quote or backslash.
  Place SkipCharacters(Place at) {
    at = PlainEnd(at, end_);
    return IsQuoteOrEscape(at) ? at : SkipUnusual(at);
  }

  Place SkipUnusual(Place at) {
    for (;;) {
      at = PlainEnd(at, end_);
      if (at == end_) return Fail(at, "unexpected end of text inside a string");
      if (IsQuoteOrEscape(at)) return at;
      if (static_cast<unsigned char>(*at) < 0x20) {
        return Fail(at, "control character inside a string");
      }
      const size_t size = DecodeUtf8({at, end_}).size;
      if (size == 0) return Fail(at, "not UTF-8");
      at += size;
    }
  }

  Place ReadEscape(Place at) {
    ++at;
    if (Is(at, 'u')) return ReadUnicodeEscape(at + 1);
    const char c = at == end_ ? '\0' : kEscapes[static_cast<unsigned char>(*at)];
    if (c == '\0') return Fail(at, "unknown escape in a string");
    *room_++ = c;
    return at + 1;
  }

  Place ReadUnicodeEscape(Place at) {
    const HexDigits hex = ReadHex({at, end_}, 4);
    at += hex.size;
    if (hex.size < 4) return Fail(at, "expected four hex digits after \\u");
    AppendUnit(hex.value);
    return at;
  }

  // See AppendUtf16Unit, which looks back at the three bytes of a surrogate.
  void AppendUnit(std::uint32_t unit) {
    const auto size = static_cast<size_t>(room_ - unescaped_begin_);
    room_ -= std::min<size_t>(size, 3);
    std::string end(room_, std::min<size_t>(size, 3));
    AppendUtf16Unit(unit, end);
    CopyToRoom(end);
  }

  [[gnu::always_inline]] Place ReadWord(Place at, std::string_view word) {
    const std::string_view rest(at, end_);
    return rest.starts_with(word) ? at + word.size() : FailAtWord(at, word);
  }

  [[gnu::noinline]] Place FailAtWord(Place at, std::string_view word) {
    const std::string_view rest(at, end_);
    Fail(at, "expected a value");
    truncated_ = word.starts_with(rest);
    return nullptr;
  }

  Place SkipDigits(Place at) const {
    while (IsDigitAt(at)) ++at;
    return at;
  }

  [[gnu::noinline]] Place ReadNumber(Place at) {
    const Place start = at;
    if (*at == '-') ++at;
    if (!IsDigitAt(at)) return Fail(at, at == start ? "expected a value" : "expected a digit");
    if (*at == '0') {
      ++at;
      if (IsDigitAt(at)) return Fail(at, "number with a leading zero");
    } else {
      at = SkipDigits(at + 1);
    }
    if (Is(at, '.')) {
      ++at;
      if (!IsDigitAt(at)) return Fail(at, "expected a digit after the point");
      at = SkipDigits(at);
    }
    if (Is(at, 'e') || Is(at, 'E')) at = ReadExponent(at);
    if (at != nullptr) out_.NumberSlice({start, at});
    return at;
  }

  Place ReadExponent(Place at) {
    ++at;
    if (Is(at, '+') || Is(at, '-')) ++at;
    if (!IsDigitAt(at)) return Fail(at, "expected a digit in the exponent");
    while (Is(at, '0')) ++at;
    const Place digits = at;
    at = SkipDigits(at);
    const bool fits = at - digits <= static_cast<std::ptrdiff_t>(kMaxExponentDigits);
    return fits ? at : Fail(at, "exponent of more than 15 digits");
  }

  const Place begin_;
  const Place end_;
  const bool reject_duplicates_;
  Builder& out_;
  // Where the next byte of a string with escapes goes: no escape is shorter than what it stands
  // for, so that the rest of the text, from the first such string on, is room enough for all of
  // them.
  char* room_ = nullptr;
  const char* unescaped_begin_ = nullptr;  // of the string with escapes that was read last
  Place failed_at_ = nullptr;
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
