// Files of providers beside the configuration, as an operator adds, changes and mistypes them.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

namespace fs = std::filesystem;

class ProviderFilesTest : public DaemonTest {
 protected:
  ProviderFilesTest()
      : folder_(fs::temp_directory_path() / fmt::format("providers-{}", ::getpid())) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
  }
  ~ProviderFilesTest() override { fs::remove_all(folder_); }

  void Write(std::string_view name, std::string_view text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string Setting() const { return fmt::format("providers_dir: {}\n", folder_.string()); }
  void Reload(std::string_view event) {
    daemon->Signal(SIGHUP);
    ASSERT_TRUE(daemon->WaitForLog(fmt::format("\"event\":\"{}\"", event)));
  }
  // A block of "omega" at the scripted server.
  std::string Omega(std::string_view keys) const {
    return fmt::format("providers:\n  omega:\n    base_url: {}\n{}", acme.url(), keys);
  }
  Result<v1::ExtractResponse> Ask(const std::string& model) {
    v1::ExtractRequest request = PersonRequest();
    request.set_model(model);
    return client->Extract(request);
  }
  v1::Model ModelOf(const std::string& provider, const std::string& name) {
    v1::ListModelsRequest request;
    request.set_provider(provider);
    const auto result = client->ListModels(request);
    if (!result.ok()) return {};
    const auto found = std::ranges::find(result->models(), name, &v1::Model::model);
    return found == result->models().end() ? v1::Model() : *found;
  }

  fs::path folder_;
};

constexpr std::string_view kModels =
    "    default_model: o-1\n"
    "    models:\n"
    "      - o-mini\n"
    "      - name: o-1\n"
    "        capabilities: [vision, prompt_cache]\n"
    "        max_input_tokens: 128000\n"
    "        max_output_tokens: 16000\n"
    "        price: {input: 2.5, output: 10, cached_input: 0.25}\n"
    "      - name: o-lite*\n"
    "        modes: [JSON]\n";

TEST_F(ProviderFilesTest, AFileAddsAProviderWithItsModelsAndPrices) {
  Write("omega.yaml", Omega(kModels));
  Script({ToolAnswer(kAda)});
  Start(Setting());
  const auto answer = Ask("omega/o-1");
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer->json(), kAda);
  EXPECT_EQ(answer->usage().cost_usd_micros(), 450) << "100 tokens in, 20 out";

  const v1::Model model = ModelOf("omega", "o-1");
  EXPECT_EQ(model.max_input_tokens(), 128'000);
  EXPECT_EQ(model.max_output_tokens(), 16'000);
  EXPECT_DOUBLE_EQ(model.price().cached_input_usd_nanos_per_token(), 250);
  const auto can = [&model](v1::Capability capability) {
    return std::ranges::find(model.capabilities(), capability) != model.capabilities().end();
  };
  EXPECT_TRUE(can(v1::CAPABILITY_VISION));
  EXPECT_TRUE(can(v1::CAPABILITY_PROMPT_CACHE));
  EXPECT_FALSE(can(v1::CAPABILITY_AUDIO));
  EXPECT_EQ(ModelOf("omega", "o-mini").model(), "o-mini");
}

TEST_F(ProviderFilesTest, WhatAFileSaysOfAModelCountsInCalls) {
  Write("omega.yaml", Omega(kModels));
  Script({TextAnswer(kAda)});
  Start(Setting());
  const auto answer = Ask("omega/o-lite-2");
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer->mode_name(), "JSON");

  v1::ExtractRequest request = PersonRequest();
  request.set_model("omega/o-1");
  request.clear_input();
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.add_parts()->set_text("listen");
  v1::Media& media = *message.add_parts()->mutable_audio();
  media.set_media_type("audio/wav");
  media.set_data("RIFF");
  const auto refused = client->Extract(request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "MEDIA_NOT_SUPPORTED") << refused.failure().message;
}

TEST_F(ProviderFilesTest, TheFolderBesideTheConfigurationIsReadUnasked) {
  Start();
  fs::create_directory(daemon->directory() / "providers.d");
  std::ofstream(daemon->directory() / "providers.d" / "omega.yml") << Omega(kModels);
  Reload("reloaded");
  Script({ToolAnswer(kAda)});
  EXPECT_TRUE(Ask("omega/o-1").ok());
}

TEST_F(ProviderFilesTest, FilesCountInTheOrderOfTheirNamesAfterTheConfiguration) {
  Write("10-first.yaml", "providers:\n  acme:\n    default_model: first\n    models: [of-first]\n");
  Write("20-second.yml", "providers:\n  acme:\n    default_model: second\n");
  Write("30-not.yaml.bak", "not: read\n");
  Write(".hidden.yaml", "not: read\n");
  Write("README", "not read");
  Write("empty.yaml", "# nothing yet\n");
  Start(Setting());
  EXPECT_EQ(ModelOf("acme", "second").model(), "second");
  EXPECT_EQ(ModelOf("acme", "of-first").model(), "of-first") << "what a later file leaves alone";
  EXPECT_EQ(ModelOf("acme", "first").model(), "");
}

TEST_F(ProviderFilesTest, AReloadAddsChangesAndRemoves) {
  Script({ToolAnswer(kAda)});
  Start(Setting());
  EXPECT_EQ(Ask("omega/o-1").failure().reason, "UNKNOWN_PROVIDER");
  Write("omega.yaml", Omega(kModels));
  Reload("reloaded");
  EXPECT_TRUE(Ask("omega/o-1").ok());
  fs::remove(folder_ / "omega.yaml");
  daemon->Signal(SIGHUP);
  for (int i = 0; i < 200 && Ask("omega/o-1").ok(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(Ask("omega/o-1").failure().reason, "UNKNOWN_PROVIDER");
}

TEST_F(ProviderFilesTest, AWrongFileChangesNothingAndIsNamed) {
  Write("omega.yaml", Omega(kModels));
  Script({ToolAnswer(kAda)});
  Start(Setting());
  Write(
      "omega.yaml",
      Omega("    base_ulr: x\n    models:\n      - {name: o-1, capabilites: [vision]}\n")
  );
  Write("worse.yaml", "providers: [\n");
  Write("other.yaml", "provider:\n  x: {}\n");
  Reload("reload_refused");
  const std::string log = daemon->Log();
  EXPECT_NE(
      log.find("omega.yaml: line 4: providers.omega.base_ulr: unknown key; did you mean 'base_url'?"
      ),
      std::string::npos
  ) << log;
  EXPECT_NE(
      log.find("capabilites (line 6): unknown key; did you mean 'capabilities'?"), std::string::npos
  ) << log;
  EXPECT_NE(log.find("worse.yaml:2: not YAML"), std::string::npos) << log;
  EXPECT_NE(
      log.find("other.yaml:1: provider: unknown key; did you mean 'providers'?"), std::string::npos
  ) << log;
  EXPECT_EQ(daemon->Metric("extractd_config_last_reload_successful"), 0);
  EXPECT_TRUE(Ask("omega/o-1").ok()) << "the rows before are in force";
}

TEST_F(ProviderFilesTest, ARowThatCannotBeServedNamesItsFile) {
  Start(Setting());
  Write("omega.yaml", Omega("    dialect: telepathy\n"));
  Reload("reload_refused");
  EXPECT_NE(
      daemon->Log().find("omega.yaml: provider 'omega': dialect: there is no dialect"),
      std::string::npos
  ) << daemon->Log();
}

TEST_F(ProviderFilesTest, AFolderThatIsNamedMustBeThere) {
  options.yaml = Yaml("providers_dir: /nowhere/providers\n", "");
  const fakes::DaemonProcess refused(options);
  EXPECT_FALSE(refused.serving());
  EXPECT_NE(
      refused.Log().find("providers_dir: /nowhere/providers: cannot be read"), std::string::npos
  ) << refused.Log();
}

}  // namespace
}  // namespace extractd::integration
