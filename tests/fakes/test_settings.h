// What the environment says about a test run.
#ifndef EXTRACTD_TESTS_FAKES_TEST_SETTINGS_H_
#define EXTRACTD_TESTS_FAKES_TEST_SETTINGS_H_

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace extractd {

// Tests read the environment before they start threads.
inline const char* Setting(const char* name) {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
}

inline std::uint64_t NumberSetting(const char* name, std::uint64_t otherwise) {
  const char* text = Setting(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The long tier: EXTRACTD_TEST_FULL=1.
inline bool IsFullRun() {
  const char* full = Setting("EXTRACTD_TEST_FULL");
  return full != nullptr && std::string_view(full) == "1";
}

}  // namespace extractd

#endif  // EXTRACTD_TESTS_FAKES_TEST_SETTINGS_H_
