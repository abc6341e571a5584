#include "server/service/configuration/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/providers/provider_table.h"

namespace extractd {
namespace {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest()
      : file_(std::filesystem::temp_directory_path() / ("conf-" + std::to_string(::getpid()))) {
    sources_.file = file_;
    sources_.flags["listen"] = "127.0.0.1:0";
  }
  ~ConfigTest() override { std::filesystem::remove(file_); }

  absl::StatusOr<Config> Load(std::string_view yaml) {
    std::ofstream(file_) << yaml;
    return LoadConfig(sources_);
  }

  std::string ProblemsOf(std::string_view yaml) {
    const absl::StatusOr<Config> config = Load(yaml);
    return config.ok() ? "" : std::string(config.status().message());
  }

  static const ProviderRow& RowOf(const Config& config, std::string_view name) {
    return *std::ranges::find(config.providers, name, &ProviderRow::name);
  }

  std::filesystem::path file_;
  ConfigSources sources_;
};

TEST_F(ConfigTest, FileThenVariablesThenFlags) {
  sources_.environment["EXTRACTD_MAX_REASKS"] = "2";
  sources_.environment["EXTRACTD_MAX_ATTEMPTS"] = "2";
  sources_.flags["max_attempts"] = "3";
  const auto config = Load("max_reasks: 1\nmax_attempts: 1\nmax_transport_retries: 1\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->calls.retry.max_transport_retries, 1);
  EXPECT_EQ(config->calls.retry.max_reasks, 2);
  EXPECT_EQ(config->calls.retry.max_attempts, 3);
}

TEST_F(ConfigTest, EmptyFileIsTheDefaults) {
  const auto config = Load("");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->calls.retry.max_reasks, 3);
  EXPECT_EQ(config->providers.size(), providers::BuiltInProviders().size());
}

TEST_F(ConfigTest, ListsAreListsOrTexts) {
  sources_.flags.clear();
  EXPECT_EQ(Load("listen: [127.0.0.1:1, unix:/tmp/x]")->listen.size(), 2U);
  EXPECT_EQ(Load("listen: 127.0.0.1:1, unix:/tmp/x")->listen.size(), 2U);
}

TEST_F(ConfigTest, AllProblemsAreListedWithTheirPlaces) {
  sources_.environment["EXTRACTD_LOOPS"] = "many";
  const std::string problems =
      ProblemsOf("max_reask: 1\n\nlog_level: [a, {}]\nmax_attempts: 1000\n");
  EXPECT_NE(
      problems.find(file_.string() + ":1: max_reask: unknown setting; did you mean 'max_reasks'?"),
      std::string::npos
  ) << problems;
  EXPECT_NE(problems.find(":3: log_level: must be a list of single values"), std::string::npos)
      << problems;
  EXPECT_NE(problems.find(":4: max_attempts: must be 1…100"), std::string::npos);
  EXPECT_NE(problems.find("EXTRACTD_LOOPS: loops: must be an integer"), std::string::npos);
}

TEST_F(ConfigTest, VariableThatLooksLikeASlipIsRefusedOthersAreNot) {
  sources_.environment["EXTRACTD_PORT"] = "tcp://10.0.0.1:50051";  // Kubernetes
  sources_.environment["EXTRACTD_SERVICE_HOST"] = "10.0.0.1";
  EXPECT_EQ(ProblemsOf(""), "");
  sources_.environment["EXTRACTD_MAX_REASK"] = "1";
  EXPECT_NE(
      ProblemsOf("").find("EXTRACTD_MAX_REASK: did you mean EXTRACTD_MAX_REASKS?"),
      std::string::npos
  );
}

TEST_F(ConfigTest, TextThatIsNoYamlNamesItsLine) {
  EXPECT_NE(ProblemsOf("a: 1\n  b: [").find("not YAML"), std::string::npos);
  EXPECT_NE(ProblemsOf("- a\n- b").find("must be a block"), std::string::npos);
}

TEST_F(ConfigTest, MissingFileIsAnErrorIfItWasNamed) {
  EXPECT_NE(LoadConfig(sources_).status().message().find("cannot be read"), std::string::npos);
  sources_.file = "";
  EXPECT_TRUE(LoadConfig(sources_).ok()) << "the default file may be absent";
}

TEST_F(ConfigTest, ProviderBlockAddsAndChangesRows) {
  const auto config = Load(
      "providers:\n"
      "  acme:\n"
      "    base_url: https://llm.acme.example\n"
      "    key_variable: ACME_KEY\n"
      "    modes: [TOOLS]\n"
      "    tool_choice: required\n"
      "    enforcement: grammar\n"
      "    idle_timeout_ms: 1500\n"
      "    max_reasks: 5\n"
      "    key_required: false\n"
      "  openai:\n"
      "    base_url: https://gateway.internal/v1\n"
  );
  ASSERT_TRUE(config.ok()) << config.status();
  const ProviderRow& acme = RowOf(*config, "acme");
  EXPECT_EQ(acme.origin, "config");
  EXPECT_EQ(acme.modes, (std::vector<std::string>{"TOOLS"}));
  EXPECT_EQ(acme.tool_choice, ToolChoiceForm::kRequired);
  EXPECT_EQ(acme.enforcement, "grammar");
  EXPECT_EQ(acme.timers.idle, std::chrono::milliseconds(1500));
  EXPECT_FALSE(acme.key_required);
  EXPECT_EQ(config->calls.provider_retry.at("acme").max_reasks, 5);
  const ProviderRow& openai = RowOf(*config, "openai");
  EXPECT_EQ(openai.base_url, "https://gateway.internal/v1");
  EXPECT_EQ(openai.key_variable, "OPENAI_API_KEY") << "the rest of the built-in row stays";
}

TEST_F(ConfigTest, AKeyVariableOfTheFileStandsAlone) {
  const auto config = Load("providers:\n  google:\n    key_variable: GATEWAY_KEY\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(RowOf(*config, "google").other_key_variables.empty())
      << "a key of the provider must not go to another place";
}

TEST_F(ConfigTest, SomeRegionsHaveHostsOfTheirOwn) {
  const auto address = [this](std::string region) {
    sources_.environment["GOOGLE_CLOUD_PROJECT"] = "acme";
    sources_.environment["GOOGLE_CLOUD_LOCATION"] = std::move(region);
    const auto config = Load("");
    return config.ok() ? RowOf(*config, "vertexai").base_url
                       : std::string(config.status().message());
  };
  EXPECT_EQ(
      address("europe-west4"),
      "https://europe-west4-aiplatform.googleapis.com/v1/projects/acme/locations/europe-west4"
  );
  EXPECT_EQ(
      address("global"), "https://aiplatform.googleapis.com/v1/projects/acme/locations/global"
  );
  EXPECT_EQ(address(""), "https://aiplatform.googleapis.com/v1/projects/acme/locations/global");
  EXPECT_EQ(
      address("eu"), "https://aiplatform.eu.rep.googleapis.com/v1/projects/acme/locations/eu"
  );
}

TEST_F(ConfigTest, WrongProviderKeysAreNamedWithTheirLines) {
  const std::string problems = ProblemsOf(
      "providers:\n"
      "  acme:\n"
      "    base_ulr: x\n"
      "    http2: maybe\n"
      "    modes: TOOLS\n"
      "    tool_choice: polite\n"
      "    idle_timeout_ms: 0\n"
      "  other: 7\n"
  );
  EXPECT_NE(
      problems.find("line 3: providers.acme.base_ulr: unknown key; did you mean 'base_url'?"),
      std::string::npos
  ) << problems;
  EXPECT_NE(
      problems.find("line 4: providers.acme.http2: must be true or false"), std::string::npos
  );
  EXPECT_NE(problems.find("line 5: providers.acme.modes: must be a list"), std::string::npos);
  EXPECT_NE(problems.find("must be one of named, required, none"), std::string::npos);
  EXPECT_NE(
      problems.find("providers.acme.idle_timeout_ms: must be an integer 1"), std::string::npos
  );
  EXPECT_NE(problems.find("providers.other: must be a block"), std::string::npos);
}

TEST_F(ConfigTest, AddressVariablesOfProvidersCount) {
  sources_.environment["OPENAI_BASE_URL"] = "https://proxy.example/v1/";
  sources_.environment["OLLAMA_HOST"] = "10.1.2.3:11434";
  const auto config = Load("");
  EXPECT_EQ(RowOf(*config, "openai").base_url, "https://proxy.example/v1");
  EXPECT_EQ(RowOf(*config, "ollama").base_url, "http://10.1.2.3:11434");
}

TEST_F(ConfigTest, WhatAllFilesHoldIsKnownByItsHash) {
  const std::filesystem::path folder = file_.string() + ".d";
  std::filesystem::create_directory(folder);
  const std::string prices = file_.string() + ".prices";
  const auto write = [](const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path) << text;
  };
  write(prices, R"({"prices":[]})");
  write(folder / "a.yaml", "providers: {}\n");
  sources_.flags["providers_dir"] = folder;
  sources_.flags["prices_file"] = prices;
  const auto hash = [&](std::string_view yaml) {
    const auto config = Load(yaml);
    EXPECT_TRUE(config.ok()) << config.status();
    return config.ok() ? config->files_hash : "";
  };
  const std::string first = hash("max_reasks: 1\n");
  EXPECT_EQ(hash("max_reasks: 1\n"), first);
  EXPECT_NE(hash("max_reasks: 2\n"), first);
  write(folder / "a.yaml", "providers: {openai: {default_model: x}}\n");
  const std::string second = hash("max_reasks: 1\n");
  EXPECT_NE(second, first);
  write(prices, R"({"prices":[{"provider":"acme","model":"m","input":1,"output":2}]})");
  EXPECT_NE(hash("max_reasks: 1\n"), second);
  std::filesystem::remove_all(folder);
  std::filesystem::remove(prices);
}

TEST_F(ConfigTest, SocketOfAUserStandsBelowTheRuntimeDirectory) {
  sources_.environment["XDG_RUNTIME_DIR"] = std::filesystem::temp_directory_path();
  const std::string address = DefaultSocketAddress(sources_);
  EXPECT_TRUE(address.starts_with("unix:/")) << address;
  EXPECT_TRUE(
      address.ends_with("/extractd/extractd.sock") || address == "unix:/run/extractd/extractd.sock"
  );
}

}  // namespace
}  // namespace extractd
