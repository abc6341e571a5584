#include "server/service/configuration/settings.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "extractd/v1/extraction.pb.h"
#include "server/service/callers/principal_config.h"
#include "server/service/configuration/model_config.h"
#include "server/service/configuration/provider_config.h"

namespace extractd {
namespace {

// Walks a path like "retry.max_reasks" through the message descriptors.
bool IsRequestField(const std::string& path) {
  const auto* message = v1::ExtractRequest::descriptor();
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) {
    if (message == nullptr) return false;
    const auto* field = message->FindFieldByName(part);
    if (field == nullptr) return false;
    message = field->message_type();
  }
  return true;
}

TEST(SettingsTest, NamesAreUniqueAndRequestFieldsExist) {
  std::set<std::string> names;
  for (const Setting& setting : AllSettings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_FALSE(setting.help.empty()) << setting.name;
    EXPECT_TRUE(setting.help.ends_with('.')) << setting.name;
    if (!setting.request_field.empty()) {
      EXPECT_TRUE(IsRequestField(setting.request_field)) << setting.request_field;
    }
  }
}

TEST(SettingsTest, DefaultsAreValidAndAreTheDefaults) {
  for (const Setting& setting : AllSettings()) {
    if (setting.name == "listen" || setting.default_text.empty()) continue;
    Config config;
    EXPECT_TRUE(setting.set(setting.default_text, config).ok()) << setting.name;
    EXPECT_EQ(setting.get(config), setting.get(Config{})) << setting.name;
  }
}

TEST(SettingsTest, EverySettingMovesItsValue) {
  const std::map<std::string, std::string> other = {
      {"listen", "127.0.0.1:1"},
      {"admin_listen", "off"},
      {"log_level", "debug"},
      {"default_model", "acme/large"},
      {"on_invalid", "return_best_effort"},
      {"retry_on", "connect, timeout"},
      {"reask_strategy", "patch"},
      {"on_truncated", "raise_limit"},
      {"backoff_multiplier", "3"},
      {"backoff_jitter", "0.25"},
      {"retry_budget_percent", "50"},
      {"tls_client_certificates", "optional"},
      {"socket_mode", "0660"},
      {"otlp_endpoint", "http://127.0.0.1:4318"},
      {"trace_sample_percent", "10"},
      {"payload_log_max_bytes", "2097152"},
      {"payload_log_sample_percent", "10"},
  };
  for (const Setting& setting : AllSettings()) {
    Config config;
    const std::string before = setting.get(config);
    std::string text = "4096";
    if (before == "true") text = "false";
    if (before == "false") text = "true";
    if (setting.type.starts_with("integer 0…20")) text = "7";
    if (setting.type.starts_with("integer 1…100") || setting.name == "loops") text = "9";
    if (other.contains(setting.name)) text = other.at(setting.name);
    ASSERT_TRUE(setting.set(text, config).ok()) << setting.name << " " << setting.set(text, config);
    EXPECT_EQ(setting.get(config), text) << setting.name;
    EXPECT_NE(setting.get(config), before) << setting.name;
  }
}

TEST(SettingsTest, WrongValuesSayWhatIsAllowed) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"max_reasks", "many", "integer"},
      {"max_reasks", "21", "0…20"},
      {"max_reasks", "-1", "0…20"},
      {"max_reasks", "1.5", "integer"},
      {"debug_mode", "yes", "true or false"},
      {"log_level", "loud", "debug, info, warn or error"},
      {"retry_on", "connect, luck", "luck"},
      {"backoff_jitter", "2", "0…1"},
      {"backoff_jitter", "nan", "number"},
      {"on_invalid", "shrug", "fail or return_best_effort"},
      {"listen", " , ", "at least one"},
  };
  for (const auto& [name, text, expected] : cases) {
    Config config;
    const absl::Status status = FindSetting(name)->set(text, config);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name << "=" << text;
    EXPECT_NE(status.message().find(expected), std::string::npos) << status;
  }
}

TEST(SettingsTest, VariableAndFlagFollowFromTheName) {
  const Setting& setting = *FindSetting("max_reasks");
  EXPECT_EQ(VariableOf(setting), "EXTRACTD_MAX_REASKS");
  EXPECT_EQ(FlagOf(setting), "--max-reasks");
  EXPECT_EQ(FindSetting("nothing"), nullptr);
}

TEST(SettingsTest, DocumentationHoldsTheTablesAsTheyAre) {
  std::ifstream file(std::filesystem::path(EXTRACTD_SOURCE_DIR) / "docs" / "configuration.md");
  ASSERT_TRUE(file) << "docs/configuration.md is missing";
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(SettingsAsMarkdown()), std::string::npos)
      << "print the tables with `extractd settings` and put them into docs/configuration.md";
  for (const auto& keys : {ProviderKeys(), PrincipalKeys(), ModelKeys()}) {
    for (const KeyHelp& key : keys) {
      EXPECT_NE(text.str().find("| `" + key.name + "` | " + key.help + " |"), std::string::npos)
          << key.name;
    }
  }
}

}  // namespace
}  // namespace extractd
