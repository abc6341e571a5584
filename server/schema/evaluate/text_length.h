// Lengths of strings in code points, as minLength and maxLength count them.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_TEXT_LENGTH_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_TEXT_LENGTH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace extractd::schema {

// REQUIRES: UTF-8 or WTF-8. An unpaired surrogate counts as one.
inline size_t TextLength(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// A code point has one to four bytes, which often makes counting needless.
inline bool HasAtLeast(std::string_view text, std::uint64_t min) {
  if (text.size() < min) return false;
  return text.size() / 4 >= min || TextLength(text) >= min;
}
inline bool HasAtMost(std::string_view text, std::uint64_t max) {
  if (text.size() <= max) return true;
  return text.size() / 4 <= max && TextLength(text) <= max;
}

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_TEXT_LENGTH_H_
