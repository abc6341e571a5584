#include "server/json/lexical.h"

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

}  // namespace

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
