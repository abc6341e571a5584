// Case 20: a provider that refuses what we believed it takes is asked once more without it, and the
// belief is given up for the model.
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

constexpr std::string_view kStrict =
    "    enforcement: openai_strict\n    sends_strict_tools: true\n";

fakes::ScriptedReply Refuses(std::string_view words) {
  return ErrorReply(400, std::string(R"({"error":{"message":")") + std::string(words) + R"("}})");
}

class LearnedTest : public DaemonTest {
 protected:
  v1::ExtractResponse Extracted(
      const std::vector<fakes::ScriptedReply>& replies, const v1::ExtractRequest& request
  ) {
    Script(replies);
    const auto result = client->Extract(request);
    EXPECT_TRUE(result.ok()) << result.failure().message;
    return result.ok() ? *result : v1::ExtractResponse();
  }

  bool LastBodyHas(std::string_view text) {
    return acme.requests().back().body.find(text) != std::string::npos;
  }
};

TEST_F(LearnedTest, Case20_AForcedToolThatIsRefusedIsAskedForInsteadFromThenOn) {
  Start();
  const v1::ExtractResponse first = Extracted(
      {Refuses("tool_choice forces tool use is not compatible with this model"), ToolAnswer(kAda)},
      PersonRequest()
  );
  ASSERT_EQ(first.attempts_size(), 2);
  EXPECT_EQ(first.attempts(0).learned(), "forced tool choice not supported");
  EXPECT_EQ(first.attempts(0).outcome(), v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(first.attempts(1).kind(), v1::ATTEMPT_KIND_RETRY);
  EXPECT_EQ(first.attempts(1).turn(), 1);
  EXPECT_TRUE(LastBodyHas(R"("tool_choice":"auto")"));
  EXPECT_TRUE(LastBodyHas("call the tool"));
  EXPECT_EQ(Extracted({ToolAnswer(kAda)}, PersonRequest()).attempts_size(), 1);
  EXPECT_TRUE(LastBodyHas(R"("tool_choice":"auto")")) << "remembered";
  v1::ExtractRequest other = PersonRequest();
  other.set_model("acme/acme-2");
  Extracted({ToolAnswer(kAda)}, other);
  EXPECT_FALSE(LastBodyHas(R"("tool_choice":"auto")")) << "of that model alone";
  EXPECT_EQ(
      daemon->Metric(
          R"(extractd_learned_total{belief="forced_tool",model="acme-1",provider="acme"})"
      ),
      1
  );
}

TEST_F(LearnedTest, Case20_ASchemaThatIsTooComplexIsNotEnforcedAndOthersAre) {
  Start({}, kStrict);
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_TOOLS);
  const v1::ExtractResponse first =
      Extracted({Refuses("Schema is too complex for compilation."), ToolAnswer(kAda)}, request);
  ASSERT_EQ(first.attempts_size(), 2);
  EXPECT_EQ(first.attempts(0).learned(), "schema not accepted for enforcement");
  EXPECT_TRUE(LastBodyHas(R"("strict":false)"));
  ASSERT_GE(first.downgrades_size(), 1);
  EXPECT_EQ(first.downgrades(first.downgrades_size() - 1).action(), "not enforced by the provider");
  request.mutable_schema()->set_json_schema(R"({"type":"object","properties":{}})");
  Extracted({ToolAnswer("{}")}, request);
  EXPECT_TRUE(LastBodyHas(R"("strict":true)"));
}

TEST_F(LearnedTest, Case20_AModeThatIsRefusedGivesWayToTheNextUnlessItWasNamed) {
  Start({}, "    modes: [JSON_SCHEMA, JSON, MD_JSON]\n");
  const fakes::ScriptedReply refusal =
      Refuses("This model does not support response format `json_schema`.");
  v1::ExtractRequest named = PersonRequest();
  named.set_mode(v1::MODE_JSON_SCHEMA);
  Script({refusal});
  const auto refused = client->Extract(named);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "PROVIDER_REJECTED_REQUEST");
  const v1::ExtractResponse response = Extracted({refusal, TextAnswer(kAda)}, PersonRequest());
  ASSERT_EQ(response.attempts_size(), 2);
  EXPECT_EQ(response.attempts(0).mode_name(), "JSON_SCHEMA");
  EXPECT_EQ(response.attempts(0).learned(), "mode JSON_SCHEMA not supported");
  EXPECT_EQ(response.attempts(1).mode_name(), "JSON");
  EXPECT_EQ(response.mode(), v1::MODE_JSON);
  ASSERT_EQ(response.downgrades_size(), 1);
  EXPECT_EQ(response.downgrades(0).action(), "mode JSON_SCHEMA -> JSON");
}

TEST_F(LearnedTest, Case20_ASettingThatIsRefusedIsLeftOutWithAWarningOrIsAnError) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.mutable_generation()->set_temperature(0.25);
  const fakes::ScriptedReply refusal =
      Refuses("Unsupported value: 'temperature' does not support 0.25 with this model.");
  const v1::ExtractResponse response = Extracted({refusal, ToolAnswer(kAda)}, request);
  ASSERT_EQ(response.attempts_size(), 2);
  EXPECT_EQ(response.attempts(0).learned(), "setting temperature not supported");
  EXPECT_FALSE(LastBodyHas("temperature"));
  ASSERT_EQ(response.warnings_size(), 1);
  EXPECT_EQ(response.warnings(0).code(), "SETTING_NOT_SUPPORTED");
  request.mutable_generation()->set_on_unsupported(v1::ON_UNSUPPORTED_FAIL);
  const auto strict = client->Extract(request);
  ASSERT_FALSE(strict.ok());
  EXPECT_EQ(strict.failure().reason, "SETTING_NOT_SUPPORTED");
}

TEST_F(LearnedTest, Case20_DemandedEnforcementIsNotGivenUp) {
  Start({}, kStrict);
  v1::ExtractRequest request = PersonRequest();
  request.mutable_generation()->set_provider_strict(v1::PROVIDER_STRICT_REQUIRED);
  Script({Refuses("Schema is too complex for compilation.")});
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(acme.requests().size(), 1U);
  EXPECT_EQ(result.failure().code, grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(LearnedTest, Case20_AProviderThatRefusesEverythingIsAskedABoundedNumberOfTimes) {
  Start();
  acme.ReplyByDefault(Refuses("tool_choice is not supported: does not support tools, seed"));
  const auto result = client->Extract(PersonRequest());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "PROVIDER_REJECTED_REQUEST");
  EXPECT_EQ(acme.requests().size(), 2U) << "once with, once without";
}

}  // namespace
}  // namespace extractd::integration
