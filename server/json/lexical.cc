#include "server/json/lexical.h"

#include <bit>

#include "server/base/utf8.h"

namespace extractd::json {
namespace {

constexpr size_t kSurrogateBytes = 3;

// The high surrogate at the end of `text`; 0 if there is none.
std::uint32_t TrailingHighSurrogate(std::string_view text) {
  if (text.size() < kSurrogateBytes) return 0;
  const std::string_view tail = text.substr(text.size() - kSurrogateBytes);
  const auto second = static_cast<unsigned char>(tail[1]);
  if (tail[0] != '\xED' || second < 0xA0 || second > 0xAF) return 0;
  const auto third = static_cast<unsigned char>(tail[2]);
  return 0xD000U | ((second & 0x3FU) << 6U) | (third & 0x3FU);
}

#ifdef __SSE2__
// A bit for each of the sixteen bytes from `bytes` on that is no white space, the first one lowest.
unsigned NotSpace(const char* bytes) {
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const auto is = [text](char c) { return _mm_cmpeq_epi8(text, _mm_set1_epi8(c)); };
  const __m128i blank = _mm_or_si128(is(' '), is('\t'));
  const __m128i line_end = _mm_or_si128(is('\n'), is('\r'));
  return ~static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(blank, line_end))) & 0xFFFFU;
}
#endif

}  // namespace

// One space after a colon is the most usual, a line's indentation the longest.
const char* SpaceEnd(const char* at, const char* end) {
  while (at != end && IsSpace(*at)) {
    ++at;
#ifdef __SSE2__
    for (; end - at >= static_cast<std::ptrdiff_t>(kScannedBytes); at += kScannedBytes) {
      const unsigned found = NotSpace(at);
      if (found != 0) return at + std::countr_zero(found);
    }
#endif
  }
  return at;
}

HexDigits ReadHex(std::string_view text, size_t max_digits) {
  HexDigits hex;
  for (const char c : text.substr(0, max_digits)) {
    std::uint32_t digit = 0;
    if (IsDigit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      break;
    }
    hex.value = hex.value * 16 + digit;
    ++hex.size;
  }
  return hex;
}

void AppendUtf16Unit(std::uint32_t unit, std::string& out) {
  const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
  if (const std::uint32_t high = low ? TrailingHighSurrogate(out) : 0; high != 0) {
    out.resize(out.size() - kSurrogateBytes);
    unit = 0x10000 + ((high - 0xD800) << 10U) + (unit - 0xDC00);
  }
  AppendUtf8(unit, out);
}

}  // namespace extractd::json
