// What the grammar of JSON says about single bytes and escapes; shared by the parsers and the
// writer.
#ifndef EXTRACTD_SERVER_JSON_LEXICAL_H_
#define EXTRACTD_SERVER_JSON_LEXICAL_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace extractd::json {

// A longer exponent is not read: the arithmetic on numbers could not hold it.
inline constexpr size_t kMaxExponentDigits = 15;

constexpr bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// True for the bytes that a string holds as they are: no quote, escape, control or non-ASCII byte.
inline constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t i = 0x20; i < 0x80; ++i) plain[i] = i != '"' && i != '\\';
  return plain;
}();

// Eight bytes at once: the lowest bit that is set belongs to the first byte that is not plain.
constexpr std::uint64_t NotPlain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  constexpr std::uint64_t kTops = kOnes << 7U;
  const auto zeros = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
  const std::uint64_t quotes = zeros(bytes ^ (kOnes * '"'));
  const std::uint64_t escapes = zeros(bytes ^ (kOnes * '\\'));
  return (bytes | controls | quotes | escapes) & kTops;
}

// Offset of the first byte from `at` on that is not plain; the size of the text if there is none.
inline size_t SkipPlain(std::string_view text, size_t at) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t bytes = 0;
    for (; at + sizeof(bytes) <= text.size(); at += sizeof(bytes)) {
      std::memcpy(&bytes, text.data() + at, sizeof(bytes));
      const std::uint64_t found = NotPlain(bytes);
      if (found != 0) return at + static_cast<size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

// What the byte after a backslash stands for; '\0' if it is no escape of one letter.
constexpr char SimpleEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

// The hex digits at the start of `text`, at most `max_digits`.
struct HexDigits {
  std::uint32_t value = 0;
  size_t size = 0;
};
HexDigits ReadHex(std::string_view text, size_t max_digits);

// Appends one unit of UTF-16, as a \u escape names it. A low surrogate joins the high one at the
// end of `out`; one without a partner stands as three bytes (WTF-8).
void AppendUtf16Unit(std::uint32_t unit, std::string& out);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_LEXICAL_H_
