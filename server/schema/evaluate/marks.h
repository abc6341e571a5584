// Marks: which elements or members of one value have been evaluated, for unevaluatedItems and
// unevaluatedProperties.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_MARKS_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_MARKS_H_

#include <cstddef>
#include <cstdint>

#include <absl/container/inlined_vector.h>

namespace extractd::schema {

class Marks {
 public:
  // For a value of `size` children, none of them marked.
  explicit Marks(size_t size) : words_((size + 63) / 64, 0) {}

  void Mark(size_t index) { words_[index / 64] |= std::uint64_t{1} << index % 64; }
  void MarkAll() {
    for (std::uint64_t& word : words_) word = ~std::uint64_t{0};
  }
  bool IsMarked(size_t index) const { return (words_[index / 64] >> index % 64 & 1U) != 0; }
  // REQUIRES: `other` is for the same value.
  void Merge(const Marks& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  absl::InlinedVector<std::uint64_t, 4> words_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_MARKS_H_
