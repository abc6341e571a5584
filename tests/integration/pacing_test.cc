// Limits that providers tell of in the headers of their replies: calls wait before they are told
// no.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using namespace std::chrono_literals;

class PacingTest : public DaemonTest {
 protected:
  static ScriptedReply WithLeft(ScriptedReply reply, const char* remaining, const char* reset) {
    return reply.With("x-ratelimit-limit-requests", "2")
        .With("x-ratelimit-remaining-requests", remaining)
        .With("x-ratelimit-reset-requests", reset);
  }
  Result<v1::ExtractResponse> Extract(const v1::ExtractRequest& request = PersonRequest()) {
    return client->Extract(request);
  }
  std::chrono::steady_clock::duration Between(size_t first, size_t second) {
    return acme.requests().at(second).arrived - acme.requests().at(first).arrived;
  }
};

TEST_F(PacingTest, ACallWaitsForWhatAReplySaidIsUsedUp) {
  Start();
  Script({WithLeft(ToolAnswer(kAda), "0", "600ms"), ToolAnswer(kAda)});
  EXPECT_TRUE(Extract().ok());
  EXPECT_TRUE(Extract().ok());
  EXPECT_GE(Between(0, 1), 250ms) << "one of two requests comes back in 300 ms";
}

TEST_F(PacingTest, AStreamThatIsUsedUpTellsSoToo) {
  Start();
  Script(
      {WithLeft(ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 7))), "0", "600ms"),
       ToolAnswer(kAda)}
  );
  PendingStream call(daemon->address(), StreamRequest(PersonRequest()));
  EXPECT_TRUE(call.status().ok()) << call.status().error_message();
  EXPECT_TRUE(Extract().ok());
  EXPECT_GE(Between(0, 1), 250ms);
}

TEST_F(PacingTest, ACallWithoutTheTimeToWaitFailsAtOnceOrGoesOnElsewhere) {
  Start();
  Script({WithLeft(ToolAnswer(kAda), "0", "3600s"), ToolAnswer(kAda)});
  EXPECT_TRUE(Extract().ok());
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_attempt_timeout_ms(2000);
  const auto begin = std::chrono::steady_clock::now();
  const auto refused = Extract(request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "PROVIDER_RATE_LIMITED");
  EXPECT_EQ(refused.failure().metadata.at("limit"), "provider_requests");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(acme.requests().size(), 1U);

  request.mutable_routing()->add_fallbacks()->set_model("acme/acme-9");
  const auto elsewhere = Extract(request);
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.failure().message;
  EXPECT_EQ(elsewhere->model(), "acme-9");
}

TEST_F(PacingTest, MomentsAreReadAsOneProviderWritesThem) {
  Start();
  Script(
      {ToolAnswer(kAda)
           .With("anthropic-ratelimit-requests-limit", "50")
           .With("anthropic-ratelimit-requests-remaining", "0")
           .With("anthropic-ratelimit-requests-reset", "2099-01-01T00:00:00Z"),
       ToolAnswer(kAda)}
  );
  EXPECT_TRUE(Extract().ok());
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_attempt_timeout_ms(2000);
  EXPECT_EQ(Extract(request).failure().reason, "PROVIDER_RATE_LIMITED");
}

TEST_F(PacingTest, InShadowNothingIsHeldBack) {
  Start("shadow_limits: true\n");
  Script({WithLeft(ToolAnswer(kAda), "0", "3600s")});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_attempt_timeout_ms(2000);
  EXPECT_TRUE(Extract(request).ok());
  EXPECT_TRUE(Extract(request).ok());
}

}  // namespace
}  // namespace extractd::integration
