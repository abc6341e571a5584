#include "server/base/tokens.h"

#include <cstddef>

namespace extractd {
namespace {

enum class Class : std::uint8_t { kLetter, kDigit, kSpace, kBreak, kSign, kOther };

constexpr Class ClassOf(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return Class::kLetter;
  if (c >= '0' && c <= '9') return Class::kDigit;
  if (c == ' ') return Class::kSpace;
  if (c == '\n' || c == '\r' || c == '\t') return Class::kBreak;
  return static_cast<unsigned char>(c) < 0x80 ? Class::kSign : Class::kOther;
}

// Bytes of one token in a run of the class.
constexpr size_t BytesPerToken(Class of) {
  switch (of) {
    case Class::kLetter:
      return 8;
    case Class::kDigit:
    case Class::kOther:
      return 3;
    case Class::kSign:
      return 5;
    default:
      return static_cast<size_t>(-1);  // however long
  }
}

}  // namespace

std::int64_t EstimateTokens(std::string_view text) {
  std::int64_t tokens = 0;
  for (size_t at = 0; at < text.size();) {
    const Class of = ClassOf(text[at]);
    const size_t start = at;
    while (at < text.size() && ClassOf(text[at]) == of) ++at;
    const size_t size = at - start;
    // A space before a word belongs to it; indentation is one token with its line break.
    const bool after_break = start > 0 && ClassOf(text[start - 1]) == Class::kBreak;
    if (of == Class::kSpace && (size == 1 || after_break)) continue;
    const size_t per_token = BytesPerToken(of);
    tokens += static_cast<std::int64_t>(size / per_token + (size % per_token == 0 ? 0 : 1));
  }
  return tokens;
}

}  // namespace extractd
