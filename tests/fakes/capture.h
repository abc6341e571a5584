// What daemons say in tests is kept where EXTRACTD_CAPTURE_DIR says, if it does: at the end of a
// run of ctest, tests/sweep_canaries.py looks through all of it.
#ifndef EXTRACTD_TESTS_FAKES_CAPTURE_H_
#define EXTRACTD_TESTS_FAKES_CAPTURE_H_

#include <string_view>

namespace extractd::fakes {

// Somebody keeps it.
bool Captures();
// Appends to the file of that name, up to 64 MiB.
void Capture(std::string_view name, std::string_view text);

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_CAPTURE_H_
