// What the environment says about a test run.
#ifndef EXTRACTD_TESTS_FAKES_TEST_SETTINGS_H_
#define EXTRACTD_TESTS_FAKES_TEST_SETTINGS_H_

#include <chrono>
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

// What happens at once takes no longer: on a machine that does nothing else, as in the long tier, a
// tenth of a second; on a busy one, time that nothing needs that is not waited for.
inline std::chrono::milliseconds AtOnce() {
  return std::chrono::milliseconds(IsFullRun() ? 100 : 3'000);
}

}  // namespace extractd

#endif  // EXTRACTD_TESTS_FAKES_TEST_SETTINGS_H_
