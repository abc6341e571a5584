#include "server/providers/auth/environment.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace extractd::providers {
namespace {

TEST(EnvironmentTest, AnEmptyVariableIsNotSet) {
  ::setenv("EXTRACTD_TEST_VARIABLE", "x", 1);
  EXPECT_EQ(Environment("EXTRACTD_TEST_VARIABLE"), "x");
  ::setenv("EXTRACTD_TEST_VARIABLE", "", 1);
  EXPECT_EQ(Environment("EXTRACTD_TEST_VARIABLE"), std::nullopt);
  ::unsetenv("EXTRACTD_TEST_VARIABLE");
  EXPECT_EQ(Environment("EXTRACTD_TEST_VARIABLE"), std::nullopt);
  EXPECT_EQ(Environment(""), std::nullopt);
}

TEST(EnvironmentTest, FilesAreReadWholeUpToTheLimit) {
  const auto file =
      std::filesystem::temp_directory_path() / ("small-file-" + std::to_string(::getpid()));
  std::ofstream(file) << std::string(kMaxCredentialBytes, 'k');
  EXPECT_EQ(ReadSmallFile(file)->size(), kMaxCredentialBytes);
  std::ofstream(file, std::ios::app) << 'k';
  EXPECT_TRUE(absl::IsResourceExhausted(ReadSmallFile(file).status()));
  std::filesystem::remove(file);
  EXPECT_TRUE(absl::IsNotFound(ReadSmallFile(file).status()));
}

}  // namespace
}  // namespace extractd::providers
