// What the grammar of JSON says about single bytes and escapes; shared by the parsers and the
// writer.
#ifndef EXTRACTD_SERVER_JSON_LEXICAL_H_
#define EXTRACTD_SERVER_JSON_LEXICAL_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

// So many bytes are looked at together.
inline constexpr size_t kScannedBytes = 16;

// A bit for each of the sixteen bytes from `bytes` on that is not plain, the first one lowest.
inline unsigned NotPlain(const char* bytes) {
#ifdef __SSE2__
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  // As signed bytes, those above ASCII are below the space, too.
  const __m128i below_space = _mm_cmplt_epi8(text, _mm_set1_epi8(' '));
  const __m128i quote = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
  const __m128i escape = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
  const __m128i found = _mm_or_si128(below_space, _mm_or_si128(quote, escape));
  return static_cast<unsigned>(_mm_movemask_epi8(found));
#else
  unsigned found = 0;
  for (unsigned i = 0; i < kScannedBytes; ++i) {
    found |= (kPlain[static_cast<unsigned char>(bytes[i])] ? 0U : 1U) << i;
  }
  return found;
#endif
}

// The first byte from `at` on that is not plain; `end` if there is none.
inline const char* PlainEnd(const char* at, const char* end) {
  for (; end - at >= static_cast<std::ptrdiff_t>(kScannedBytes); at += kScannedBytes) {
    const unsigned found = NotPlain(at);
    if (found != 0) return at + std::countr_zero(found);
  }
  while (at != end && kPlain[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

// The same, by offsets.
inline size_t SkipPlain(std::string_view text, size_t at) {
  const char* const end = text.data() + text.size();
  return static_cast<size_t>(PlainEnd(text.data() + at, end) - text.data());
}

// Where the white space ends that begins at `at`; `end` at most.
const char* SpaceEnd(const char* at, const char* end);

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

// The same as a table.
inline constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (size_t i = 0; i < 0x80; ++i) escapes[i] = SimpleEscape(static_cast<char>(i));
  return escapes;
}();

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
