#include "server/service/configuration/yaml_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace extractd {
namespace {

class YamlFileTest : public testing::Test {
 protected:
  ~YamlFileTest() override { std::filesystem::remove(file_); }
  std::string ProblemOf(std::string_view text) {
    std::ofstream(file_) << text;
    const auto read = ReadYamlFile(file_, files_);
    return read.ok() ? "" : std::string(read.status().message());
  }
  ConfigFiles files_;
  const std::string file_ =
      std::filesystem::temp_directory_path() / ("yaml-" + std::to_string(::getpid()));
};

TEST_F(YamlFileTest, WhatIsNoYamlNamesFileAndLine) {
  EXPECT_EQ(ProblemOf("a: 1\n"), "");
  EXPECT_TRUE(ProblemOf("a: 1\nb: [\n").starts_with(file_ + ":3: not YAML"))
      << ProblemOf("a: 1\nb: [\n");
}

TEST_F(YamlFileTest, WhatCannotBeReadNamesTheFile) {
  const std::string problem(ReadYamlFile("/nowhere/x.yaml", files_).status().message());
  EXPECT_TRUE(problem.starts_with("/nowhere/x.yaml: cannot be read")) << problem;
}

TEST_F(YamlFileTest, UnknownKeysNameTheNearest) {
  EXPECT_EQ(UnknownKey("model", {"models", "modes"}), "unknown key; did you mean 'models'?");
  EXPECT_EQ(UnknownKey("xyz", {"models"}), "unknown key");
}

}  // namespace
}  // namespace extractd
