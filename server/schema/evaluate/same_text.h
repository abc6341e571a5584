// Equality of short texts: names of members, values of enums.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_SAME_TEXT_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_SAME_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace extractd::schema {

// The first and the last word of two texts, which may overlap, are the same. REQUIRES: both texts
// have `size` bytes, at least one word and at most two.
template <class Word>
bool SameEnds(std::string_view a, std::string_view b) {
  const auto load = [](std::string_view text, size_t at) {
    Word word = 0;
    std::memcpy(&word, &text[at], sizeof(Word));
    return word;
  };
  const size_t last = a.size() - sizeof(Word);
  return ((load(a, 0) ^ load(b, 0)) | (load(a, last) ^ load(b, last))) == 0;
}

// The call of memcmp costs more than it does for most names.
inline bool SameText(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 2 * sizeof(std::uint64_t)) return a == b;
  if (size >= sizeof(std::uint64_t)) return SameEnds<std::uint64_t>(a, b);
  if (size >= sizeof(std::uint32_t)) return SameEnds<std::uint32_t>(a, b);
  for (size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_SAME_TEXT_H_
