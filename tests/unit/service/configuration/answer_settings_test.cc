#include "server/service/configuration/answer_settings.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/service/configuration/config.h"

namespace extractd {
namespace {

const Setting& Find(const std::vector<Setting>& table, std::string_view name) {
  return *std::ranges::find(table, name, &Setting::name);
}

TEST(AnswerSettingsTest, EachWordIsReadAndWrittenAsItIs) {
  std::vector<Setting> table;
  AddAnswerSettings(table);
  const std::vector<std::pair<std::string, std::vector<std::string>>> words = {
      {"on_invalid", {"fail", "return_best_effort"}},
      {"reask_strategy", {"full", "patch"}},
      {"on_truncated", {"fail", "raise_limit", "continue"}},
  };
  for (const auto& [name, values] : words) {
    const Setting& setting = Find(table, name);
    Config config;
    EXPECT_EQ(setting.get(config), values.front()) << "the default of " << name;
    for (const std::string& value : values) {
      EXPECT_TRUE(setting.set(value, config).ok()) << value;
      EXPECT_EQ(setting.get(config), value);
      EXPECT_NE(setting.type.find(value), std::string::npos);
    }
    EXPECT_FALSE(setting.set("else", config).ok());
    EXPECT_EQ(setting.get(config), values.back()) << "what it had";
  }
}

}  // namespace
}  // namespace extractd
