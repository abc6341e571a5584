#include "server/service/callers/safe_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace extractd {
namespace {

class SafeFileTest : public testing::Test {
 protected:
  SafeFileTest()
      : path_((std::filesystem::temp_directory_path() / ("safe-" + std::to_string(::getpid())))
                  .string()) {}
  ~SafeFileTest() override { std::filesystem::remove(path_); }

  void Write(std::string_view text, unsigned mode) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  std::string ProblemOf(Safety safety) const {
    return std::string(ReadSafeFile(path_, safety).status().message());
  }

  std::string path_;
};

TEST_F(SafeFileTest, WhatOthersCanReadOrWriteIsRefused) {
  for (const unsigned mode : {0600U, 0400U, 0640U, 0440U}) {
    Write("x", mode);
    const auto text = ReadSafeFile(path_, Safety::kOwnersOnly);
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(*text, "x");
    ::chmod(path_.c_str(), 0600);
  }
  for (const unsigned mode : {0644U, 0604U, 0602U, 0620U, 0660U}) {
    Write("x", mode);
    EXPECT_NE(ProblemOf(Safety::kOwnersOnly).find("chmod it to 0600"), std::string::npos) << mode;
    EXPECT_TRUE(ReadSafeFile(path_, Safety::kAny).ok());
  }
}

TEST_F(SafeFileTest, WhatIsNoFileOrTooLargeIsNamed) {
  EXPECT_NE(ProblemOf(Safety::kAny).find("' cannot be opened: "), std::string::npos);
  EXPECT_EQ(ReadSafeFile("/tmp", Safety::kAny).status().message(), "'/tmp' is no regular file");
  Write(std::string((1U << 20U) + 1, 'x'), 0600);
  EXPECT_NE(ProblemOf(Safety::kAny).find("is larger than 1 MiB"), std::string::npos);
}

TEST_F(SafeFileTest, AStampChangesWithTheFile) {
  EXPECT_EQ(StampOf(path_), "none");
  Write("one", 0600);
  const std::string first = StampOf(path_);
  EXPECT_EQ(StampOf(path_), first);
  Write("three", 0600);
  const std::string second = StampOf(path_);
  EXPECT_NE(second, first);
  ::chmod(path_.c_str(), 0640);
  EXPECT_NE(StampOf(path_), second);
}

}  // namespace
}  // namespace extractd
