// Plug-ins from outside: the example of the tree against a scripted server, and plug-ins that do
// wrong.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

namespace fs = std::filesystem;
using fakes::ScriptedReply;

class PluginTest : public DaemonTest {
 protected:
  PluginTest() : folder_(fs::temp_directory_path() / fmt::format("plugins-{}", ::getpid())) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    fs::permissions(folder_, fs::perms(0755));
    options.environment["PARLEY_URL"] = acme.url();
  }
  ~PluginTest() override { fs::remove_all(folder_); }

  fs::path Install(const fs::path& plugin) {
    const fs::path file = folder_ / plugin.filename();
    fs::copy_file(plugin, file);
    fs::permissions(file, fs::perms(0755));
    return file;
  }
  std::string Setting() const { return fmt::format("plugins_dir: {}\n", folder_.string()); }

  // What a daemon says that does not start with this folder.
  std::string Refusal() {
    options.yaml = Yaml(Setting(), "");
    const fakes::DaemonProcess refused(options);
    EXPECT_FALSE(refused.serving());
    return refused.Log();
  }
  Result<v1::ExtractResponse> Ask(const std::string& model, const std::string& mode = {}) {
    v1::ExtractRequest request = PersonRequest();
    request.set_model(model);
    request.set_mode_name(mode);
    return client->Extract(request);
  }

  // `kinds`: what each event was.
  Result<v1::ExtractResponse> Stream(const std::string& model, std::vector<std::string>& kinds) {
    v1::ExtractStreamRequest request;
    *request.mutable_request() = PersonRequest();
    request.mutable_request()->set_model(model);
    return client->ExtractStream(request, [&kinds](const v1::ExtractStreamResponse& event) {
      kinds.push_back(event.GetReflection()
                          ->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0))
                          ->name());
      return true;
    });
  }

  fs::path folder_;
};

std::string Says(std::string_view output) {
  std::string quoted;
  for (const char c : output) quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
  return fmt::format(R"({{"output":"{}","stopped":"end","tokens":{{"in":100,"out":20}}}})", quoted);
}

TEST_F(PluginTest, ExtractGoesThroughTheDialectAndTheModeOfAPlugin) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting());
  acme.Reply(ScriptedReply::Json(Says("no tags here")));
  acme.Reply(ScriptedReply::Json(Says(R"(Well: <answer>{"name":"Ada","age":36}</answer> {})")));
  const auto answer = Ask("parley/talk-1");
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer->json(), kAda);
  EXPECT_EQ(answer->mode(), v1::MODE_CUSTOM);
  EXPECT_EQ(answer->mode_name(), "TAGGED_JSON");
  EXPECT_EQ(answer->usage().input_tokens(), 200);
  EXPECT_EQ(answer->usage().cost_usd_micros(), 360) << "by the plug-in's own price";
  const auto requests = acme.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].path, "/talk");
  EXPECT_NE(requests[0].body.find("user: Ada is 36"), std::string::npos) << requests[0].body;
  EXPECT_NE(requests[0].body.find("between <answer> and </answer>"), std::string::npos);
  EXPECT_NE(requests[1].body.find("assistant: no tags here"), std::string::npos);
  EXPECT_NE(requests[1].body.find("That is not valid"), std::string::npos) << requests[1].body;
}

TEST_F(PluginTest, AStreamOfItGrowsAsItComes) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting());
  acme.Reply(ScriptedReply::Json(R"({"begun":true,"tokens_in":100})"
                                 "\n"
                                 R"({"add":"<answer>{\"name\":\"A"})"
                                 "\n"
                                 R"({"add":"da\",\"age\":36}</answer>"})"
                                 "\n"
                                 R"({"stopped":"end","tokens_out":20})"
                                 "\n"));
  std::vector<std::string> kinds;
  const auto answer = Stream("parley/talk-1", kinds);
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer->json(), kAda);
  EXPECT_EQ(answer->usage().input_tokens(), 100);
  EXPECT_EQ(answer->usage().output_tokens(), 20);
  EXPECT_FALSE(answer->usage().estimated());
  EXPECT_GE(std::ranges::count(kinds, "delta"), 1);
  EXPECT_NE(acme.requests().at(0).body.find(R"("stream":true)"), std::string::npos);
}

TEST_F(PluginTest, AStreamOfItThatBreaksIsAskedForAgain) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting() + "initial_backoff_ms: 1\nmax_backoff_ms: 2\n");
  acme.Reply(ScriptedReply::Json("{\"add\":\"<answer>{\"}\n{\"problem\":\"overheated\"}\n"));
  acme.Reply(ScriptedReply::Json("{\"add\":\"<ans\"}\n"));
  acme.Reply(ScriptedReply::Json(
      "{\"add\":\"<answer>{\\\"name\\\":\\\"Ada\\\",\\\"age\\\":36}\"}\n{\"stopped\":\"end\"}\n"
  ));
  std::vector<std::string> kinds;
  const auto answer = Stream("parley/talk-1", kinds);
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer->json(), kAda);
  EXPECT_EQ(answer->attempts_size(), 3);
}

TEST_F(PluginTest, ItsFailuresAreThoseOfAnyProvider) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting() + "max_transport_retries: 0\n");
  acme.Reply(ScriptedReply::Status(404, R"({"problem":"no model talk-9"})"));
  EXPECT_EQ(Ask("parley/talk-9").failure().reason, "UNKNOWN_MODEL");
  acme.Reply(ScriptedReply::Status(429));
  EXPECT_EQ(Ask("parley/talk-1").failure().reason, "PROVIDER_RATE_LIMITED");
  acme.Reply(ScriptedReply::Json("<html>"));
  EXPECT_EQ(Ask("parley/talk-1").failure().reason, "PROVIDER_MALFORMED");
}

TEST_F(PluginTest, TheCatalogueNamesPluginsAndWhatTheyBring) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting());
  const auto providers = client->ListProviders();
  ASSERT_TRUE(providers.ok()) << providers.failure().message;
  ASSERT_EQ(providers->plugins_size(), 1);
  const v1::Plugin& plugin = providers->plugins(0);
  EXPECT_EQ(plugin.name(), "parley-example");
  EXPECT_EQ(plugin.version(), "1.2.0");
  ASSERT_EQ(plugin.dialects_size(), 1);
  EXPECT_EQ(plugin.dialects(0), "parley");
  ASSERT_EQ(plugin.mode_names_size(), 1);
  EXPECT_EQ(plugin.mode_names(0), "TAGGED_JSON");
  const auto parley = std::ranges::find(providers->providers(), "parley", &v1::Provider::name);
  ASSERT_NE(parley, providers->providers().end());
  EXPECT_EQ(parley->origin(), "parley-example");
  EXPECT_EQ(parley->dialect(), "parley");
  const auto& capabilities = parley->capabilities();
  EXPECT_NE(std::ranges::find(capabilities, v1::CAPABILITY_STREAMING), capabilities.end());
  const auto modes = client->ListModes();
  const auto tagged = std::ranges::find(modes->modes(), "TAGGED_JSON", &v1::ModeInfo::mode_name);
  ASSERT_NE(tagged, modes->modes().end());
  EXPECT_EQ(tagged->mode(), v1::MODE_CUSTOM);
  ASSERT_EQ(tagged->providers_size(), 1);
  EXPECT_EQ(tagged->providers(0), "parley");
}

TEST_F(PluginTest, ProvidersOfTheConfigurationMayUseWhatItBrings) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting(), "    dialect: parley\n    modes: [TAGGED_JSON]\n");
  acme.Reply(ScriptedReply::Json(Says(R"(<answer>{"name":"Ada","age":36}</answer>)")));
  const auto answer = Ask("acme/acme-1", "tagged_json");
  ASSERT_TRUE(answer.ok()) << answer.failure().message;
  EXPECT_EQ(answer->mode_name(), "TAGGED_JSON");
}

TEST_F(PluginTest, TheNumberOfCustomModesIsForResponses) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_CUSTOM);
  EXPECT_EQ(client->Extract(request).failure().bad_fields.at(0).field, "mode");
}

TEST_F(PluginTest, AReloadLeavesPluginsAsTheyAre) {
  Install(EXTRACTD_EXAMPLE_PLUGIN);
  Start(Setting());
  Install(EXTRACTD_OTHER_ABI_PLUGIN);
  daemon->Signal(SIGHUP);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"reloaded\""));
  EXPECT_EQ(client->ListProviders()->plugins_size(), 1);
}

TEST_F(PluginTest, AnotherAbiIsRefusedByName) {
  Install(EXTRACTD_OTHER_ABI_PLUGIN);
  const std::string said = Refusal();
  EXPECT_NE(
      said.find("other_abi.so: the plug-in is of ABI 3, this extractd of ABI 2"), std::string::npos
  ) << said;
}

TEST_F(PluginTest, WhatOthersMayWriteIsNotLoaded) {
  const fs::path file = Install(EXTRACTD_EXAMPLE_PLUGIN);
  fs::permissions(file, fs::perms(0775));
  EXPECT_NE(Refusal().find("parley.so: others than its owner may write there"), std::string::npos);
  fs::permissions(file, fs::perms(0755));
  fs::permissions(folder_, fs::perms(0777));
  EXPECT_NE(
      Refusal().find(folder_.string() + ": others than its owner may write"), std::string::npos
  );
}

TEST_F(PluginTest, WhatBelongsToAnotherUserIsNotLoaded) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const fs::path file = Install(EXTRACTD_EXAMPLE_PLUGIN);
  ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  EXPECT_NE(Refusal().find("parley.so: belongs to user 65534"), std::string::npos);
}

TEST_F(PluginTest, WhatIsNoPluginIsNamed) {
  std::ofstream(folder_ / "text.so") << "not an object";
  EXPECT_NE(Refusal().find("text.so: cannot be loaded"), std::string::npos);
  EXPECT_NE(Refusal().find("plugins_dir: "), std::string::npos);
}

class NonsenseTest : public PluginTest {
 protected:
  void SetUp() override {
    Install(EXTRACTD_NONSENSE_PLUGIN);
    Start(
        Setting() + "max_transport_retries: 2\nmax_reasks: 1\n",
        "    dialect: nonsense\n    modes: [MD_JSON, OUTSIDE]\n"
    );
  }
};

TEST_F(NonsenseTest, ABodyThatIsNoneIsAnErrorOfOursThatNamesThePlugin) {
  for (const auto* model :
       {"encode-fails",
        "encode-says-why",
        "encode-junk",
        "encode-bytes",
        "encode-throws",
        "encode-endless",
        "encode-null"}) {
    const auto answer = Ask(fmt::format("acme/{}", model));
    ASSERT_FALSE(answer.ok()) << model;
    EXPECT_EQ(answer.failure().reason, "INTERNAL") << model;
    EXPECT_NE(answer.failure().message.find("plug-in 'nonsense': encode"), std::string::npos)
        << answer.failure().message;
  }
  EXPECT_TRUE(acme.requests().empty());
}

TEST_F(NonsenseTest, AMeaningThatIsNoneIsAMalformedReply) {
  for (const auto* meaning :
       {"\"fail\"",
        "\"throw\"",
        "",
        "[]",
        "{}",
        R"({"reply":7})",
        R"({"failure":"boredom"})",
        R"({"reply":{"text":7}})",
        R"({"reply":{"tool_calls":[7]}})",
        R"({"reply":{"usage":{"input_tokens":-1}}})",
        R"({"reply":{"finish_reason":"tired"}})",
        R"({"reply":{"verbatim":"{"}})"}) {
    const size_t before = acme.requests().size();
    acme.Reply(ScriptedReply::Json(meaning));
    const auto answer = Ask("acme/any");
    ASSERT_FALSE(answer.ok()) << meaning;
    EXPECT_EQ(answer.failure().reason, "PROVIDER_MALFORMED") << meaning;
    EXPECT_EQ(acme.requests().size(), before + 1) << "it would mean the same once more";
  }
}

TEST_F(NonsenseTest, AnAnswerWithAStatusThatSaysNoIsNone) {
  acme.Reply(ScriptedReply::Status(500, R"({"reply":{"text":"{}"}})"));
  EXPECT_EQ(Ask("acme/any").failure().reason, "PROVIDER_MALFORMED");
}

TEST_F(NonsenseTest, AnEventOfAStreamThatIsNoneIsAMalformedReply) {
  for (const auto* event :
       {"\"fail\"",
        "\"throw\"",
        "[]",
        "{}",
        R"({"failure":"boredom"})",
        R"({"reply":{"text":7}})",
        R"({"reply":{"tool_calls":[{"index":9}]}})"}) {
    const size_t before = acme.requests().size();
    acme.Reply(ScriptedReply::EventStream(
        fmt::format("data: {{\"reply\":{{\"text\":\"x\"}}}}\n\ndata: {}\n\n", event)
    ));
    std::vector<std::string> kinds;
    const auto answer = Stream("acme/any", kinds);
    ASSERT_FALSE(answer.ok()) << event;
    EXPECT_EQ(answer.failure().reason, "PROVIDER_MALFORMED") << event;
    EXPECT_EQ(acme.requests().size(), before + 1) << "it would mean the same once more";
  }
}

TEST_F(NonsenseTest, AnAnswerThatItFindsOutsideTheReplyIsNotValid) {
  acme.ReplyByDefault(ScriptedReply::Json(R"({"reply":{"text":"{\"name\":\"Ada\",\"age\":36}"}})"));
  const auto answer = Ask("acme/any", "OUTSIDE");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().reason, "OUTPUT_INVALID");
}

}  // namespace
}  // namespace extractd::integration
