#include "server/plugins/trusted_path.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace extractd::plugins {
namespace {

namespace fs = std::filesystem;

class TrustedPathTest : public testing::Test {
 protected:
  TrustedPathTest() {
    fs::create_directories(folder_ / "inner");
    std::ofstream(file_) << "x";
    Allow(folder_, 0755);
    Allow(folder_ / "inner", 0755);
    Allow(file_, 0644);
  }
  ~TrustedPathTest() override { fs::remove_all(folder_); }

  static void Allow(const fs::path& path, mode_t mode) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  std::string Problem() const { return std::string(CheckTrusted(file_).message()); }

  const fs::path folder_ = fs::temp_directory_path() / ("trusted-" + std::to_string(::getpid()));
  const fs::path file_ = folder_ / "inner" / "x.so";
};

TEST_F(TrustedPathTest, WhatOnlyTheOperatorWritesIsTrusted) {
  EXPECT_TRUE(CheckTrusted(file_).ok()) << CheckTrusted(file_);
}

TEST_F(TrustedPathTest, AFileOrAnyFolderAboveThatOthersWriteIsNot) {
  for (const fs::path& path : {file_, folder_ / "inner", folder_}) {
    for (const mode_t mode : {mode_t{0775}, mode_t{0757}}) {
      Allow(path, mode);
      EXPECT_TRUE(absl::IsPermissionDenied(CheckTrusted(file_))) << path;
      EXPECT_TRUE(Problem().starts_with(fs::canonical(path).string() + ": others")) << Problem();
    }
    Allow(path, 0755);
  }
}

TEST_F(TrustedPathTest, AStickyFolderIsFineAStickyFileIsNot) {
  Allow(folder_, 01777);
  EXPECT_TRUE(CheckTrusted(file_).ok());
  Allow(file_, 01777);
  EXPECT_FALSE(CheckTrusted(file_).ok());
}

TEST_F(TrustedPathTest, ALinkIsAsGoodAsWhereItLeads) {
  const fs::path link = folder_ / "link.so";
  fs::create_symlink(file_, link);
  EXPECT_TRUE(CheckTrusted(link).ok());
  Allow(folder_ / "inner", 0777);
  EXPECT_FALSE(CheckTrusted(link).ok());
}

TEST_F(TrustedPathTest, AFileOfAnotherUserIsNotTrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(::chown(file_.c_str(), 65534, 65534), 0);
  EXPECT_NE(Problem().find("belongs to user 65534"), std::string::npos) << Problem();
}

TEST_F(TrustedPathTest, WhatIsNotThereIsAnError) {
  EXPECT_TRUE(absl::IsInvalidArgument(CheckTrusted("/nowhere/x.so")));
}

}  // namespace
}  // namespace extractd::plugins
