// How a fuzz target says that something must hold.
#ifndef EXTRACTD_TESTS_FUZZ_REQUIRE_H_
#define EXTRACTD_TESTS_FUZZ_REQUIRE_H_

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace extractd::fuzz {

// Ends the program where `holds` is false, which the fuzzer reports with its input.
inline void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << "\n";
  std::abort();
}

}  // namespace extractd::fuzz

#endif  // EXTRACTD_TESTS_FUZZ_REQUIRE_H_
