#include "server/service/configuration/provider_files.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace extractd {
namespace {

namespace fs = std::filesystem;

class ProviderFilesTest : public testing::Test {
 protected:
  ProviderFilesTest() { fs::create_directory(folder_); }
  ~ProviderFilesTest() override { fs::remove_all(folder_); }

  std::string Write(std::string_view name, std::string_view text = "") {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string ProblemOf(std::string_view text) {
    const auto block = ReadProviderFile(Write("a.yaml", text), files_);
    return block.ok() ? "" : std::string(block.status().message());
  }

  ConfigFiles files_;
  fs::path folder_ = fs::temp_directory_path() / fmt::format("provider-files-{}", ::getpid());
};

TEST_F(ProviderFilesTest, YamlCountsInTheOrderOfNames) {
  const std::string b = Write("b.yaml");
  const std::string a = Write("a.yml");
  Write("c.yaml~");
  Write("notes.txt");
  Write(".a.yaml");
  fs::create_directory(folder_ / "d.yaml");
  const auto files = ProviderFiles(folder_);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(*files, (std::vector<std::string>{a, b}));
}

TEST_F(ProviderFilesTest, LinksOfMountedMapsCount) {
  fs::create_directory(folder_ / "..data");
  std::ofstream(folder_ / "..data" / "a.yaml") << "providers: {}\n";
  fs::create_symlink("..data/a.yaml", folder_ / "a.yaml");
  EXPECT_EQ(ProviderFiles(folder_)->size(), 1U);
}

TEST_F(ProviderFilesTest, AFolderThatCannotBeReadIsAnError) {
  EXPECT_NE(
      ProviderFiles("/nowhere").status().message().find("/nowhere: cannot be read"),
      std::string::npos
  );
}

TEST_F(ProviderFilesTest, TooManyFilesAreRefused) {
  for (int i = 0; i < 1'001; ++i) Write(fmt::format("{}.yaml", i));
  EXPECT_NE(ProviderFiles(folder_).status().message().find("more than 1000"), std::string::npos);
}

TEST_F(ProviderFilesTest, AFileHasProvidersAndNothingElse) {
  EXPECT_TRUE(ReadProviderFile(Write("a.yaml", "providers:\n  x: {}\n"), files_)->IsMap());
  EXPECT_FALSE(ReadProviderFile(Write("a.yaml", "# nothing\n"), files_)->IsDefined());
  EXPECT_NE(
      ProblemOf("\nprovider: {}\n")
          .find("a.yaml:2: provider: unknown key; did you mean 'providers'?"),
      std::string::npos
  );
  EXPECT_NE(ProblemOf("- x\n").find("must be a block with `providers`"), std::string::npos);
}

}  // namespace
}  // namespace extractd
