// Rate limits and budgets of provider keys and of principals.
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/caller_files.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::seconds;

class LimitsTest : public DaemonTest {
 protected:
  // A daemon with one principal, whose keys these are.
  void StartWith(
      std::string_view principal, std::string_view settings = "", std::string_view provider = ""
  ) {
    Start(
        fmt::format(
            "{}tokens_file: {}\nprincipals:\n  billing:\n{}",
            settings,
            files_.Write("tokens", token_.line),
            principal
        ),
        provider
    );
    acme.ReplyByDefault(ToolAnswer(kAda));
  }

  // 2.5 USD a million tokens of input, 10 of output: each answer costs 450 millionths of a dollar.
  std::string Prices() {
    return fmt::format(
        "prices_file: {}\n",
        files_.Write(
            "prices.json",
            R"({"prices":[{"provider":"acme","model":"acme-1","input":2.5,"output":10}]})"
        )
    );
  }

  // "OK", or the reason.
  std::string Ask(int max_output_tokens = 20) {
    v1::ExtractRequest request = PersonRequest();
    request.mutable_generation()->set_max_output_tokens(max_output_tokens);
    Client caller({.address = daemon->address(), .token = token_.token});
    const auto result = caller.Extract(request);
    if (result.ok()) return "OK";
    last_ = result.failure();
    return last_.reason;
  }

  CallerFiles files_;
  CallerFiles::Token token_ = CallerFiles::NewToken("billing");
  Failure last_;
};

TEST_F(LimitsTest, APrincipalBeyondItsRequestsAMinuteIsToldWhenToComeAgain) {
  StartWith("    limit_requests_per_minute: 2\n");
  EXPECT_EQ(Ask(), "OK");
  EXPECT_EQ(Ask(), "OK");
  EXPECT_EQ(Ask(), "RATE_LIMITED");
  EXPECT_EQ(last_.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(last_.metadata.at("limit"), "requests");
  EXPECT_EQ(last_.metadata.at("subject"), "principal:billing");
  ASSERT_TRUE(last_.retry_after.has_value());
  EXPECT_LE(*last_.retry_after, seconds(30));
  EXPECT_GT(*last_.retry_after, seconds(5));
  EXPECT_EQ(acme.requests().size(), 2U);
  EXPECT_EQ(
      daemon->Metric(R"(extractd_limit_exceeded_total{limit="requests",action="refused"})"), 1
  );
}

TEST_F(LimitsTest, ARefusedSendIsAnAttemptWithoutCost) {
  StartWith("    limit_requests_per_minute: 1\n");
  EXPECT_EQ(Ask(), "OK");
  EXPECT_EQ(Ask(), "RATE_LIMITED");
  ASSERT_TRUE(last_.extraction.has_value());
  ASSERT_EQ(last_.extraction->attempts_size(), 1);
  EXPECT_EQ(last_.extraction->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_RATE_LIMITED);
  EXPECT_EQ(last_.extraction->usage().input_tokens(), 0);
}

TEST_F(LimitsTest, TokensAreCountedAsTheProviderCountsThem) {
  StartWith("    limit_tokens_per_minute: 700\n");
  EXPECT_EQ(Ask(), "OK");
  EXPECT_EQ(Ask(), "OK");
  EXPECT_EQ(Ask(500), "RATE_LIMITED") << "240 are used, more than 500 would be reserved";
  EXPECT_EQ(last_.metadata.at("limit"), "tokens");
  EXPECT_EQ(Ask(1), "OK");
}

TEST_F(LimitsTest, ABudgetOfTheDayIsNotOverdrawn) {
  StartWith("    limit_usd_per_day: 0.0020\n", Prices());
  int served = 0;
  while (Ask() == "OK" && served < 10) ++served;
  EXPECT_GE(served, 2);
  EXPECT_LE(served, 4);
  EXPECT_EQ(last_.reason, "BUDGET_EXCEEDED");
  EXPECT_EQ(last_.metadata.at("limit"), "usd_per_day");
  ASSERT_TRUE(last_.retry_after.has_value());
  EXPECT_LE(*last_.retry_after, std::chrono::hours(24));
  EXPECT_EQ(acme.requests().size(), static_cast<size_t>(served));
}

TEST_F(LimitsTest, AModelWithoutAPriceIsRefusedToWhoHasAMoneyBudget) {
  StartWith("    limit_usd_per_month: 5\n");
  EXPECT_EQ(Ask(), "COST_UNKNOWN");
  EXPECT_EQ(last_.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(acme.requests().empty());
}

TEST_F(LimitsTest, ALimitOfAProvidersKeyIsWaitedForWithinTheDeadline) {
  Start("", "    requests_per_minute: 12\n");
  acme.ReplyByDefault(ToolAnswer(kAda));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 13; ++i) ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(4900));
  EXPECT_GT(
      daemon->Metric(R"(extractd_limit_exceeded_total{limit="provider_requests",action="waited"})"),
      0
  );
}

TEST_F(LimitsTest, WhereTheDeadlineHasNoRoomForTheWaitTheCallFailsNowOrFallsBack) {
  Start("", "    requests_per_minute: 1\n");
  acme.ReplyByDefault(ToolAnswer(kAda));
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  const auto late = client->Extract(PersonRequest(), seconds(5));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.failure().reason, "PROVIDER_RATE_LIMITED");
  EXPECT_EQ(late.failure().metadata.at("subject"), "provider:acme");
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(LimitsTest, InShadowNothingIsRefusedAndEverythingCounted) {
  StartWith("    limit_requests_per_minute: 1\n", "shadow_limits: true\n");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask(), "OK");
  EXPECT_EQ(
      daemon->Metric(R"(extractd_limit_exceeded_total{limit="requests",action="shadowed"})"), 2
  );
}

TEST_F(LimitsTest, WrongLimitsAreNamedAtStart) {
  options.yaml = Yaml(
      "principals:\n  a:\n    limit_usd_per_day: 0\n    limit_tokens_per_minute: -1\n",
      "    requests_per_minute: many\n"
  );
  const fakes::DaemonProcess refused(options);
  EXPECT_FALSE(refused.serving());
  for (const std::string_view part :
       {"principals.a.limit_usd_per_day: must be an amount in USD",
        "principals.a.limit_tokens_per_minute: must be an integer",
        "providers.acme.requests_per_minute: must be an integer"}) {
    EXPECT_NE(refused.Log().find(part), std::string::npos) << part << "\n" << refused.Log();
  }
}

}  // namespace
}  // namespace extractd::integration
