// Providers that fail. The numbers are those of the catalogue of faults.
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fakes/test_settings.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Without waits between retries, unless a test is about them.
constexpr std::string_view kNoWaits = "initial_backoff_ms: 1\nmax_backoff_ms: 1\n";

class ProviderFaultsTest : public DaemonTest {
 protected:
  static fakes::ScriptedReply RateLimited(std::string name, std::string value) {
    return ErrorReply(429).With(std::move(name), std::move(value));
  }

  Failure FailureOf(const v1::ExtractRequest& request, Client::Timeout timeout = {}) {
    const auto result = client->Extract(request, timeout);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Failure{} : result.failure();
  }
};

TEST_F(ProviderFaultsTest, Case16_RefusedKeysAreNotTriedAgainAndNotPassedOn) {
  Start(kNoWaits);
  for (const int status : {401, 403}) {
    Script({ErrorReply(status, R"({"error":{"message":"bad key sk-canary-42"}})")});
    const size_t before = acme.requests().size();
    const Failure failure = FailureOf(PersonRequest());
    EXPECT_EQ(failure.code, grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(failure.reason, "PROVIDER_AUTH");
    EXPECT_EQ(failure.message.find("canary"), std::string::npos) << failure.message;
    EXPECT_EQ(acme.requests().size(), before + 1);
    ASSERT_TRUE(failure.extraction.has_value());
    EXPECT_EQ(failure.extraction->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_AUTH_FAILED);
  }
}

TEST_F(ProviderFaultsTest, Case17_RetryAfterIsHonouredInEveryForm) {
  Start();
  const auto now = std::chrono::system_clock::now();
  const std::string date = fmt::format(
      "{:%a, %d %b %Y %H:%M:%S GMT}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(now + seconds(4)))
  );
  fakes::ScriptedReply by_reset = RateLimited("x-ratelimit-remaining-requests", "0");
  by_reset.With("x-ratelimit-reset-requests", "120ms");
  struct Form {
    fakes::ScriptedReply reply;
    int at_least_ms;
    int at_most_ms;
  };
  const std::vector<Form> forms = {
      {RateLimited("retry-after", date), 1, 4500},  // first: its time is coming
      {RateLimited("retry-after", "1"), 1000, 1500},
      {RateLimited("retry-after-ms", "150"), 150, 400},
      {by_reset, 120, 400},
  };
  for (const Form& form : forms) {
    Script({form.reply, ToolAnswer(kAda)});
    const auto begin = std::chrono::steady_clock::now();
    const auto result = client->Extract(PersonRequest());
    const auto took = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(result.ok()) << result.failure().message;
    ASSERT_EQ(result->attempts_size(), 2);
    EXPECT_EQ(result->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_RATE_LIMITED);
    EXPECT_EQ(result->attempts(1).kind(), v1::ATTEMPT_KIND_RETRY);
    EXPECT_GE(result->attempts(1).backoff_ms(), form.at_least_ms);
    EXPECT_LE(result->attempts(1).backoff_ms(), form.at_most_ms);
    EXPECT_GE(took, milliseconds(result->attempts(1).backoff_ms()));
  }
}

TEST_F(ProviderFaultsTest, Case17_RateLimitThatOutlivesTheRetriesSaysWhenToComeBack) {
  Start(kNoWaits);
  Script({RateLimited("retry-after-ms", "20")});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_transport_retries(1);
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(failure.reason, "PROVIDER_RATE_LIMITED");
  EXPECT_EQ(failure.retry_after, milliseconds(20));
  EXPECT_EQ(failure.extraction->attempts_size(), 2);
}

TEST_F(ProviderFaultsTest, Case18_WaitPastTheDeadlineFailsAtOnce) {
  Start();
  Script({RateLimited("retry-after", "60")});
  const auto begin = std::chrono::steady_clock::now();
  const Failure failure = FailureOf(PersonRequest(), seconds(30));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, AtOnce());
  EXPECT_EQ(failure.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(failure.retry_after, seconds(60));
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(ProviderFaultsTest, Case19_ServerErrorsAreSentAgain) {
  Start(std::string(kNoWaits) + "circuit_breaker: false\n");
  for (const int status : {408, 409, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}) {
    Script({ErrorReply(status), ToolAnswer(kAda)});
    const auto result = client->Extract(PersonRequest());
    ASSERT_TRUE(result.ok()) << status << ": " << result.failure().message;
    ASSERT_EQ(result->attempts_size(), 2) << status;
    EXPECT_EQ(result->attempts(0).http_status(), status);
    EXPECT_EQ(result->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_UNAVAILABLE);
  }
}

TEST_F(ProviderFaultsTest, Case19_WhenRetriesAreUsedUpClientsAreToldNotToMultiplyThem) {
  Start(kNoWaits);
  Script({ErrorReply(503)});
  PendingExtract call(daemon->address(), PersonRequest());
  const Failure failure = ReadFailure(call.status());
  EXPECT_EQ(failure.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(failure.reason, "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(failure.metadata.at("cause"), "status");
  EXPECT_EQ(failure.extraction->attempts_size(), 4);
  const auto& trailers = call.context().GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  EXPECT_EQ(std::string(pushback->second.data(), pushback->second.size()), "-1");
}

TEST_F(ProviderFaultsTest, Case20_SchemaThatIsRejectedInEveryFormIsSentOnceInEach) {
  Start(kNoWaits);
  Script({ErrorReply(
      400,
      R"({"error":{"message":"Invalid schema for response_format 'answer': 'minimum' is not permitted",)"
      R"("type":"invalid_request_error","param":"response_format"}})"
  )});
  const Failure failure = FailureOf(PersonRequest());
  EXPECT_EQ(failure.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(failure.reason, "SCHEMA_REJECTED");
  EXPECT_NE(failure.message.find("'minimum' is not permitted"), std::string::npos);
  EXPECT_EQ(acme.requests().size(), 3U) << "enforced, not enforced, in the next mode";
}

TEST_F(ProviderFaultsTest, Case21_UnreadableBodiesAreSentAgainAndLoggedByTheirHash) {
  Start(kNoWaits);
  fakes::ScriptedReply html = fakes::ScriptedReply::Json("<html>canary-html</html>");
  html.With("content-type", "text/html");
  const fakes::ScriptedReply empty = fakes::ScriptedReply::Json("");
  fakes::ScriptedReply half = ToolAnswer(kAda);
  half.body.resize(half.body.size() / 2);
  for (const fakes::ScriptedReply& unreadable : {html, empty, half}) {
    Script({unreadable, ToolAnswer(kAda)});
    const auto result = client->Extract(PersonRequest());
    ASSERT_TRUE(result.ok()) << result.failure().message;
    EXPECT_EQ(result->attempts_size(), 2);
    EXPECT_EQ(result->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_UNAVAILABLE);
  }
  Script({html});
  const Failure failure = FailureOf(PersonRequest());
  EXPECT_EQ(failure.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(failure.reason, "PROVIDER_MALFORMED");
  EXPECT_TRUE(daemon->WaitForLog("\"body_hash\":\""));
  EXPECT_EQ(daemon->Log().find("canary-html"), std::string::npos);
}

TEST_F(ProviderFaultsTest, Case22_ErrorInsideASuccessIsAFailure) {
  Start(kNoWaits);
  Script({ErrorReply(200, R"({"error":{"message":"overloaded","code":503}})"), ToolAnswer(kAda)});
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_UNAVAILABLE);
}

TEST_F(ProviderFaultsTest, Case26_RefusedConnectionsAreNamed) {
  std::string nowhere;
  {
    const fakes::HttpImposter gone;
    nowhere = gone.url();
  }
  Start(kNoWaits, fmt::format("  gone:\n    base_url: {}\n", nowhere));
  v1::ExtractRequest request = PersonRequest();
  request.set_model("gone/x");
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(failure.reason, "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(failure.metadata.at("cause"), "refused");
}

TEST_F(ProviderFaultsTest, Case26_UnknownHostsAreNamed) {
  Start(kNoWaits, "  gone:\n    base_url: http://no-such-host.invalid/v1\n");
  v1::ExtractRequest request = PersonRequest();
  request.set_model("gone/x");
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.reason, "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(failure.metadata.at("cause"), "dns");
}

TEST_F(ProviderFaultsTest, Case26_CertificatesAreAlwaysVerified) {
  const fakes::HttpImposter expired(fakes::ImposterTls::kExpired);
  const fakes::HttpImposter self_signed(fakes::ImposterTls::kSelfSigned);
  Start(
      kNoWaits,
      fmt::format(
          "  expired:\n    base_url: {}\n  selfsigned:\n    base_url: {}\n",
          expired.url(),
          self_signed.url()
      )
  );
  for (const auto* model : {"expired/x", "selfsigned/x"}) {
    v1::ExtractRequest request = PersonRequest();
    request.set_model(model);
    const Failure failure = FailureOf(request);
    EXPECT_EQ(failure.code, grpc::StatusCode::UNAVAILABLE) << model;
    EXPECT_EQ(failure.metadata.at("cause"), "tls") << model;
  }
}

TEST_F(ProviderFaultsTest, Case27_ProviderThatNeverWritesMeetsTheFirstByteTimer) {
  Start("max_transport_retries: 0\n", "    first_byte_timeout_ms: 200\n");
  Script({fakes::ScriptedReply::Silence()});
  const auto begin = std::chrono::steady_clock::now();
  const Failure failure = FailureOf(PersonRequest());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(200) + AtOnce());
  EXPECT_EQ(failure.code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(failure.reason, "DEADLINE");
  EXPECT_EQ(failure.metadata.at("phase"), "first_byte");
  EXPECT_EQ(failure.extraction->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_TIMED_OUT);
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(ProviderFaultsTest, Case28_BodyThatStallsMeetsTheIdleTimer) {
  Start("max_transport_retries: 0\n", "    idle_timeout_ms: 200\n");
  Script({ToolAnswer(kAda).StallAfter(20)});
  const Failure failure = FailureOf(PersonRequest());
  EXPECT_EQ(failure.code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(failure.metadata.at("phase"), "idle");
}

TEST_F(ProviderFaultsTest, Case29_RepliesAboveTheLimitAreDropped) {
  Start("max_provider_response_bytes: 65536\n");
  Script({ToolAnswer(std::string(200'000, 'x'))});
  const Failure failure = FailureOf(PersonRequest());
  EXPECT_EQ(failure.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(failure.reason, "PROVIDER_RESPONSE_TOO_LARGE");
  EXPECT_EQ(failure.extraction->attempts_size(), 1);
}

TEST_F(ProviderFaultsTest, MaxAttemptsBoundsAllSendsOfACall) {
  Start(kNoWaits);
  Script({ErrorReply(500)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_attempts(2);
  request.mutable_retry()->set_max_transport_retries(9);
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.extraction->attempts_size(), 2);
  EXPECT_EQ(acme.requests().size(), 2U);
}

TEST_F(ProviderFaultsTest, RetriesBelongToTheirTurn) {
  Start(kNoWaits);
  Script({ErrorReply(500), ToolAnswer(kAdaWithNegativeAge), ErrorReply(500), ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_transport_retries(1);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  std::vector<int> turns;
  for (const v1::Attempt& attempt : result->attempts()) turns.push_back(attempt.turn());
  EXPECT_EQ(turns, (std::vector<int>{1, 1, 2, 2}));
}

}  // namespace
}  // namespace extractd::integration
