// A call that goes on to other providers, and providers that are left alone for a while.
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class FallbackTest : public DaemonTest {
 protected:
  // Beside acme there is beta, which is another server.
  void StartBoth(std::string_view settings = {}) {
    Start(
        settings, fmt::format("  beta:\n    base_url: {}\n    key_required: false\n", beta.url())
    );
  }

  static v1::ExtractRequest WithFallback(std::string_view model = "beta/beta-1") {
    v1::ExtractRequest request = PersonRequest();
    request.mutable_retry()->set_max_transport_retries(1);
    request.mutable_retry()->set_initial_backoff_ms(1);
    request.mutable_routing()->add_fallbacks()->set_model(std::string(model));
    return request;
  }

  fakes::HttpImposter beta;
};

TEST_F(FallbackTest, AnotherProviderAnswersWhereTheFirstIsDown) {
  StartBoth();
  Script({ErrorReply(503)});
  beta.ReplyByDefault(ToolAnswer(kAda));
  const auto result = client->Extract(WithFallback());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(result->provider(), "beta");
  ASSERT_EQ(result->attempts_size(), 3);
  EXPECT_EQ(result->attempts(0).provider(), "acme");
  EXPECT_EQ(result->attempts(1).kind(), v1::ATTEMPT_KIND_RETRY);
  const v1::Attempt& last = result->attempts(2);
  EXPECT_EQ(last.number(), 3);
  EXPECT_EQ(last.turn(), 2);
  EXPECT_EQ(last.provider(), "beta");
  EXPECT_EQ(last.model(), "beta-1");
  EXPECT_EQ(last.kind(), v1::ATTEMPT_KIND_FALLBACK);
  EXPECT_EQ(last.outcome(), v1::ATTEMPT_OUTCOME_VALID);
}

TEST_F(FallbackTest, TheBillIsThatOfAllTargets) {
  StartBoth();
  Script({ToolAnswer(kAdaWithNegativeAge)});
  beta.ReplyByDefault(ToolAnswer(kAda));
  v1::ExtractRequest request = WithFallback();
  request.mutable_retry()->set_max_reasks(1);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->attempts_size(), 3);
  EXPECT_EQ(result->usage().input_tokens(), 300);
}

TEST_F(FallbackTest, OnlyTheNamedConditionsLeadOn) {
  StartBoth();
  Script({Refusal("no")});
  beta.ReplyByDefault(ToolAnswer(kAda));
  v1::ExtractRequest request = WithFallback();
  request.mutable_routing()->add_fallback_on(v1::FALLBACK_CONDITION_UNAVAILABLE);
  const auto refused = client->Extract(request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "PROVIDER_REFUSED");
  EXPECT_TRUE(beta.requests().empty());
  request.mutable_routing()->add_fallback_on(v1::FALLBACK_CONDITION_REFUSED);
  EXPECT_TRUE(client->Extract(request).ok());
}

TEST_F(FallbackTest, TheLastFailureIsTheCallsAndAllAttemptsAreTold) {
  StartBoth();
  Script({ErrorReply(503)});
  beta.ReplyByDefault(Refusal("no"));
  const auto result = client->Extract(WithFallback());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "PROVIDER_REFUSED");
  EXPECT_EQ(result.failure().metadata.at("provider"), "beta");
  ASSERT_TRUE(result.failure().extraction.has_value());
  EXPECT_EQ(result.failure().extraction->attempts_size(), 3);
}

TEST_F(FallbackTest, MaxAttemptsBoundsAllTargetsTogether) {
  StartBoth();
  Script({ErrorReply(503)});
  beta.ReplyByDefault(ToolAnswer(kAda));
  v1::ExtractRequest request = WithFallback();
  request.mutable_retry()->set_max_attempts(2);
  EXPECT_FALSE(client->Extract(request).ok());
  EXPECT_TRUE(beta.requests().empty());
}

TEST_F(FallbackTest, ATargetThatCannotBeUsedIsPassedOverWithAWarning) {
  StartBoth();
  Script({ErrorReply(503)});
  beta.ReplyByDefault(ToolAnswer(kAda));
  v1::ExtractRequest request = WithFallback("nobody/x");
  request.mutable_routing()->add_fallbacks()->set_model("beta/beta-1");
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->warnings_size(), 1);
  EXPECT_EQ(result->warnings(0).code(), "TARGET_NOT_USED");
  EXPECT_NE(result->warnings(0).message().find("nobody"), std::string::npos);
}

TEST_F(FallbackTest, TheBestEffortSurvivesAFallbackThatFails) {
  StartBoth();
  Script({ToolAnswer(kAdaWithNegativeAge)});
  beta.ReplyByDefault(ErrorReply(400));
  v1::ExtractRequest request = WithFallback();
  request.mutable_retry()->set_max_reasks(0);
  request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_FALSE(result->valid());
  EXPECT_EQ(result->json(), kAdaWithNegativeAge);
  EXPECT_EQ(result->provider(), "acme");
  EXPECT_EQ(result->attempts_size(), 2);
}

TEST_F(FallbackTest, TargetsThatMakeNoSenseAreRefusedByField) {
  StartBoth();
  v1::ExtractRequest request = PersonRequest();
  request.set_model("acme/acme-1");
  request.mutable_routing()->add_fallbacks()->set_model("acme/acme-1");
  request.mutable_routing()->add_fallbacks();
  request.mutable_routing()->add_fallback_on(v1::FALLBACK_CONDITION_UNSPECIFIED);
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "INVALID_REQUEST");
  std::vector<std::string> fields;
  for (const auto& violation : result.failure().bad_fields) fields.push_back(violation.field);
  EXPECT_EQ(
      fields,
      (std::vector<std::string>{
          "routing.fallbacks[0]", "routing.fallbacks[1].model", "routing.fallback_on"
      })
  );
}

TEST_F(FallbackTest, AProviderThatOnlyFailsIsLeftAloneForAWhile) {
  StartBoth("circuit_open_ms: 3000\nmax_transport_retries: 0\n");
  Script({ErrorReply(503)});
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(client->Extract(PersonRequest()).ok());
  const auto refused = client->Extract(PersonRequest());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "CIRCUIT_OPEN");
  EXPECT_TRUE(refused.failure().retry_after.has_value());
  EXPECT_EQ(acme.requests().size(), 20U) << "nothing was sent";
  EXPECT_EQ(daemon->Metric(R"(extractd_provider_circuit_state{provider="acme"})"), 1);

  beta.ReplyByDefault(ToolAnswer(kAda));
  const auto elsewhere = client->Extract(WithFallback());
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.failure().message;
  EXPECT_EQ(elsewhere->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_CIRCUIT_OPEN);

  acme.ReplyByDefault(ToolAnswer(kAda));
  bool probed = false;
  for (int i = 0; i < 200 && !probed; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    probed = client->Extract(PersonRequest()).ok();
  }
  EXPECT_TRUE(probed);
  EXPECT_EQ(daemon->Metric(R"(extractd_provider_circuit_state{provider="acme"})"), 0);
}

TEST_F(FallbackTest, RetriesAreAShareOfTheTraffic) {
  StartBoth("circuit_breaker: false\ninitial_backoff_ms: 1\nmax_transport_retries: 1\n");
  Script({ErrorReply(503)});
  for (int i = 0; i < 40; ++i) EXPECT_FALSE(client->Extract(PersonRequest()).ok());
  EXPECT_EQ(acme.requests().size(), 60U) << "20 retries in ten seconds are always allowed";
}

}  // namespace
}  // namespace extractd::integration
