#include "server/service/configuration/config_files.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace extractd {
namespace {

class ConfigFilesTest : public testing::Test {
 protected:
  ~ConfigFilesTest() override { std::filesystem::remove(file_); }
  void Write(std::string_view text) const { std::ofstream(file_) << text; }

  ConfigFiles files_;
  const std::string file_ =
      std::filesystem::temp_directory_path() / ("config-files-" + std::to_string(::getpid()));
};

std::string HashOfTexts(std::initializer_list<std::string_view> texts) {
  ConfigFiles files;
  for (const std::string_view text : texts) files.Add(text);
  return files.hash();
}

TEST_F(ConfigFilesTest, TheWholeFileIsReadAndCountsAsItsText) {
  Write("a: 1\nb: 2\n");
  const auto text = files_.Read(file_);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "a: 1\nb: 2\n");
  EXPECT_EQ(files_.hash(), HashOfTexts({"a: 1\nb: 2\n"}));
}

TEST_F(ConfigFilesTest, WhatCannotBeReadSaysWhyAndDoesNotCount) {
  const std::string before = files_.hash();
  EXPECT_EQ(
      files_.Read("/nowhere/x").status().message(), "cannot be read: No such file or directory"
  );
  Write(std::string((4U << 20U) + 1, ' '));
  EXPECT_EQ(files_.Read(file_).status().message(), "is larger than 4 MiB");
  EXPECT_EQ(files_.hash(), before);
}

TEST_F(ConfigFilesTest, FourMebibytesAreNotTooMany) {
  Write(std::string(4U << 20U, ' '));
  EXPECT_TRUE(files_.Read(file_).ok());
}

TEST_F(ConfigFilesTest, TheHashKnowsWhereATextEnds) {
  EXPECT_EQ(HashOfTexts({"a", "b"}).size(), 32U);
  EXPECT_EQ(HashOfTexts({"a", "b"}), HashOfTexts({"a", "b"}));
  EXPECT_NE(HashOfTexts({"a", "b"}), HashOfTexts({"ab"}));
  EXPECT_NE(HashOfTexts({"a", "b"}), HashOfTexts({"b", "a"}));
  EXPECT_NE(HashOfTexts({"a"}), HashOfTexts({"a", ""}));
}

}  // namespace
}  // namespace extractd
