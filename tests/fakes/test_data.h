// Test data that is not part of the project: EXTRACTD_TEST_DATA names its directory; without it the
// directory is ../shared/data beside the project.
#ifndef EXTRACTD_TESTS_FAKES_TEST_DATA_H_
#define EXTRACTD_TESTS_FAKES_TEST_DATA_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace extractd {

inline std::filesystem::path TestDataDir() {
  const char* directory = std::getenv("EXTRACTD_TEST_DATA");
  if (directory != nullptr && *directory != '\0') return directory;
  return std::filesystem::path(EXTRACTD_SOURCE_DIR).parent_path() / "shared" / "data";
}

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Missing data is a failure where CI=true, and skips the test elsewhere.
inline bool MissingDataFails() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string(ci) == "true";
}

}  // namespace extractd

// The first line of a test that reads `name` in TestDataDir().
#define REQUIRE_TEST_DATA(name)                                                            \
  if (!std::filesystem::exists(extractd::TestDataDir() / (name))) {                        \
    if (extractd::MissingDataFails()) FAIL() << "no " << extractd::TestDataDir() / (name); \
    GTEST_SKIP() << "no " << extractd::TestDataDir() / (name);                             \
  }

#endif  // EXTRACTD_TESTS_FAKES_TEST_DATA_H_
