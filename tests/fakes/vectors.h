// Test vectors made with others' implementations, kept beside the test data:
// reference/vectors.json.
#ifndef EXTRACTD_TESTS_FAKES_VECTORS_H_
#define EXTRACTD_TESTS_FAKES_VECTORS_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <absl/strings/escaping.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/test_data.h"

namespace extractd {

inline std::filesystem::path VectorsPath() {
  return TestDataDir().parent_path() / "reference" / "vectors.json";
}

inline nlohmann::json ReadVectors() {
  std::ifstream file(VectorsPath());
  return nlohmann::json::parse(file);
}

inline std::string FromHex(const std::string& hex) {
  return absl::HexStringToBytes(hex);
}

}  // namespace extractd

// The first line of a test that reads them: missing ones fail where CI=true, and skip elsewhere.
#define REQUIRE_VECTORS()                                                         \
  if (!std::filesystem::exists(extractd::VectorsPath())) {                        \
    if (extractd::MissingDataFails()) FAIL() << "no " << extractd::VectorsPath(); \
    GTEST_SKIP() << "no " << extractd::VectorsPath();                             \
  }

#endif  // EXTRACTD_TESTS_FAKES_VECTORS_H_
