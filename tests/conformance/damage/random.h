// Choices that are the same in every run with the same seed, on every machine.
#ifndef EXTRACTD_TESTS_CONFORMANCE_DAMAGE_RANDOM_H_
#define EXTRACTD_TESTS_CONFORMANCE_DAMAGE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>

namespace extractd::json {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  size_t Below(size_t end) { return engine_() % end; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <class Array>
  auto PickFrom(const Array& choices) {
    return choices[Below(std::size(choices))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_CONFORMANCE_DAMAGE_RANDOM_H_
