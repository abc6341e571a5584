#include "server/providers/http_upstream.h"

#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;
using fakes::HttpImposter, fakes::ScriptedReply;

constexpr const char* kKey = "sk-hunter2";
constexpr const char* kAnswer =
    R"({"choices":[{"message":{"role":"assistant","content":"{}"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":1}})";

class HttpUpstreamTest : public ::testing::Test {
 protected:
  HttpUpstream NewUpstream(
      const std::string& key, std::shared_ptr<Authorizer> authorizer = nullptr
  ) {
    const auto handler = std::make_shared<const Handler>(Handler{
        .row = std::make_shared<const ProviderRow>(
            ProviderRow{.name = "acme", .base_url = imposter_.url() + "/v1"}
        ),
        .dialect = &OpenAiChat(),
    });
    return HttpUpstream(client_, handler, family_, Secret(key), std::move(authorizer));
  }

  SendResult SendOnce(const SendTimers& timers = {}, size_t max_reply_bytes = 1 << 20) {
    HttpUpstream upstream = NewUpstream(kKey);
    upstream.set_max_reply_bytes(max_reply_bytes);
    const auto request = upstream.Encode({.model = "m", .messages = {{.text = "Ann is 40."}}});
    EXPECT_TRUE(request.ok()) << request.status();
    return fakes::Await(loop_, upstream.Send(*request, timers));
  }

  SendResult SendTo(ScriptedReply reply) {
    imposter_.Reply(std::move(reply));
    return SendOnce();
  }

  HttpImposter imposter_;
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
  ModelFamily family_;
};

// Signs with "Bearer token-1", "Bearer token-2" …, one further each time it forgets.
class FakeAuthorizer final : public Authorizer {
 public:
  Task<absl::StatusOr<std::vector<WireHeader>>> Authorize(const WireRequest& request) override {
    bodies.push_back(request.body);
    if (silent) {
      asio::steady_timer never(co_await asio::this_coro::executor, 1h);
      co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
      if (co_await Cancelled()) co_return absl::CancelledError("cancelled");
    }
    if (!failure.ok()) co_return failure;
    co_return std::vector<WireHeader>{
        {"authorization", "Bearer token-" + std::to_string(forgotten + 1), true}
    };
  }
  void Forget() override { ++forgotten; }

  bool silent = false;
  absl::Status failure;
  std::vector<std::string> bodies;  // that it was shown
  int forgotten = 0;
};

class SignedUpstreamTest : public HttpUpstreamTest {
 protected:
  SendResult Send() {
    const auto request = upstream_.Encode({.model = "m", .messages = {{.text = "Ann is 40."}}});
    return fakes::Await(loop_, upstream_.Send(*request, {.total = 5s}));
  }

  std::shared_ptr<FakeAuthorizer> authorizer_ = std::make_shared<FakeAuthorizer>();
  HttpUpstream upstream_ = NewUpstream("", authorizer_);
};

TEST_F(SignedUpstreamTest, EachSendIsAuthorisedByItsFinalBytes) {
  imposter_.ReplyByDefault(ScriptedReply::Json(kAnswer));
  EXPECT_TRUE(Send().ok());
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.Header("authorization"), "Bearer token-1");
  EXPECT_EQ(authorizer_->bodies, std::vector<std::string>{seen.body});
  const auto encoded = upstream_.Encode({.model = "m", .messages = {{.text = "x"}}});
  for (const WireHeader& header : encoded->headers) EXPECT_NE(header.name, "authorization");
}

TEST_F(SignedUpstreamTest, RefusedCredentialsAreForgottenAndOnceWorthAnotherSend) {
  imposter_.Reply(ScriptedReply::Status(401));
  imposter_.Reply(ScriptedReply::Status(403));
  imposter_.Reply(ScriptedReply::Status(500));
  const SendResult first = Send();
  EXPECT_EQ(first.failure, SendFailure::kAuth);
  EXPECT_TRUE(first.send_again);
  EXPECT_EQ(authorizer_->forgotten, 1);
  const SendResult second = Send();
  EXPECT_FALSE(second.send_again) << "new credentials were refused, too";
  EXPECT_EQ(imposter_.requests().at(1).Header("authorization"), "Bearer token-2");
  EXPECT_EQ(authorizer_->forgotten, 2);
  EXPECT_FALSE(Send().send_again);
  EXPECT_EQ(authorizer_->forgotten, 2);
}

TEST_F(SignedUpstreamTest, AnErrorThatRepeatsTheTokenIsScrubbed) {
  imposter_.Reply(ScriptedReply::Status(400, R"({"error":{"message":"what is token-1?"}})"));
  const std::string message = Send().message;
  EXPECT_NE(message.find("what is [redacted]?"), std::string::npos) << message;
}

TEST_F(SignedUpstreamTest, MissingCredentialsAreToldAsTheyAreAndNothingIsSent) {
  authorizer_->failure = MakeError(Reason::kCredentialsMissing, "set ACME_FILE");
  const SendResult result = Send();
  EXPECT_EQ(result.failure, SendFailure::kAuth);
  EXPECT_EQ(result.not_sent, authorizer_->failure);
  EXPECT_TRUE(imposter_.requests().empty());
}

TEST_F(SignedUpstreamTest, ATokenEndpointThatIsDownIsALostSend) {
  authorizer_->failure = absl::UnavailableError("the token endpoint answered 503");
  const SendResult lost = Send();
  EXPECT_EQ(lost.failure, SendFailure::kConnection);
  EXPECT_EQ(lost.cause, "credentials");
  EXPECT_EQ(lost.message, "the token endpoint answered 503");
  authorizer_->failure = absl::DeadlineExceededError("no answer");
  EXPECT_EQ(Send().failure, SendFailure::kTimeout);
  authorizer_->failure = absl::PermissionDeniedError("invalid_grant");
  EXPECT_EQ(Send().failure, SendFailure::kAuth);
  authorizer_->failure = absl::CancelledError("");
  EXPECT_EQ(Send().failure, SendFailure::kCancelled);
  EXPECT_TRUE(imposter_.requests().empty());
}

TEST_F(SignedUpstreamTest, CredentialsTakeOfTheSendsOwnTime) {
  authorizer_->silent = true;
  const auto request = upstream_.Encode({.model = "m", .messages = {{.text = "x"}}});
  const SendResult late = fakes::Await(loop_, upstream_.Send(*request, {.total = 30ms}));
  EXPECT_EQ(late.failure, SendFailure::kTimeout);
  EXPECT_EQ(late.cause, "credentials");
  EXPECT_TRUE(imposter_.requests().empty());
}

TEST_F(SignedUpstreamTest, ACallIsCancelledWhileItWaitsForCredentials) {
  authorizer_->silent = true;
  const auto request = upstream_.Encode({.model = "m", .messages = {{.text = "x"}}});
  asio::cancellation_signal cancel;
  std::optional<SendResult> sent;
  const auto root = [this, &request]() -> Task<SendResult> {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await upstream_.Send(*request, {.total = 1h});
  };
  asio::co_spawn(
      loop_,
      root(),
      asio::bind_cancellation_slot(
          cancel.slot(),
          [&sent](const std::exception_ptr&, SendResult result) { sent = std::move(result); }
      )
  );
  asio::steady_timer soon(loop_, 20ms);
  soon.async_wait([&cancel](const auto&) { cancel.emit(asio::cancellation_type::terminal); });
  while (!sent.has_value() && loop_.run_one() > 0) {
  }
  EXPECT_EQ(sent->failure, SendFailure::kCancelled);
}

TEST_F(HttpUpstreamTest, WithAFixedKeyA401IsFinal) {
  EXPECT_FALSE(SendTo(ScriptedReply::Status(401)).send_again);
}

TEST_F(HttpUpstreamTest, SendsTheDialectsBytesToTheRowsAddressWithTheKey) {
  imposter_.Reply(ScriptedReply::Json(kAnswer).With("x-request-id", "req_1"));
  const SendResult result = SendOnce();
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, "{}");
  EXPECT_EQ(result.reply.usage.input_tokens, 3);
  EXPECT_EQ(result.http_status, 200);
  EXPECT_EQ(result.provider_request_id, "req_1");
  EXPECT_GT(result.latency, 0us);

  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.path, "/v1/chat/completions");
  EXPECT_EQ(seen.Header("authorization"), "Bearer sk-hunter2");
  EXPECT_EQ(seen.Header("content-type"), "application/json");
  EXPECT_NE(seen.body.find("Ann is 40."), std::string::npos);
  ASSERT_EQ(client_.stats().size(), 1U);
  EXPECT_EQ(client_.stats()[0].pool, "acme");
}

TEST_F(HttpUpstreamTest, TheKeyIsMarkedSecretAndWithoutAKeyThereIsNoHeader) {
  const ChatRequest chat = {.model = "m", .messages = {{.text = "x"}}};
  const auto with_key = NewUpstream(kKey).Encode(chat);
  ASSERT_TRUE(with_key.ok());
  for (const WireHeader& header : with_key->headers) {
    EXPECT_EQ(header.secret, header.value.find(kKey) != std::string::npos) << header.name;
  }
  const auto without = NewUpstream("").Encode(chat);
  ASSERT_TRUE(without.ok());
  for (const WireHeader& header : without->headers) EXPECT_NE(header.name, "authorization");
}

TEST_F(HttpUpstreamTest, AnErrorThatRepeatsTheKeyIsScrubbed) {
  const SendResult result = SendTo(ScriptedReply::Status(
      400, R"({"error":{"message":"do not send sk-hunter2 to me","type":"x"}})"
  ));
  EXPECT_EQ(result.failure, SendFailure::kRejected);
  EXPECT_EQ(result.http_status, 400);
  EXPECT_EQ(result.message.find("hunter2"), std::string::npos) << result.message;
  EXPECT_NE(result.message.find("do not send [redacted] to me"), std::string::npos)
      << result.message;
}

TEST_F(HttpUpstreamTest, TheWaitThatTheProviderAsksForIsRead) {
  const SendResult result = SendTo(
      ScriptedReply::Status(429, R"({"error":{"message":"slow down"}})").With("retry-after", "7")
  );
  EXPECT_EQ(result.failure, SendFailure::kRateLimited);
  EXPECT_EQ(result.retry_after, 7s);
}

TEST_F(HttpUpstreamTest, AProviderCanSayThatSendingAgainIsUseless) {
  EXPECT_TRUE(SendTo(ScriptedReply::Status(500).With("x-should-retry", "false")).final);
  EXPECT_FALSE(SendTo(ScriptedReply::Status(500).With("x-should-retry", "true")).final);
}

TEST_F(HttpUpstreamTest, AnUnreadableBodyIsToldByItsHashNotByItsText) {
  const SendResult first = SendTo(ScriptedReply::Json("<html>secret</html>"));
  const SendResult second = SendTo(ScriptedReply::Json("<html>other</html>"));
  EXPECT_EQ(first.failure, SendFailure::kMalformed);
  EXPECT_EQ(first.message.find("secret"), std::string::npos) << first.message;
  EXPECT_TRUE(first.body_hash.starts_with("xxh3:")) << first.body_hash;
  EXPECT_NE(first.body_hash, second.body_hash);
}

TEST_F(HttpUpstreamTest, ARequestIdIsNeverLongerThanALogLine) {
  const SendResult result =
      SendTo(ScriptedReply::Json(kAnswer).With("x-request-id", std::string(1'000, 'r')));
  EXPECT_EQ(result.provider_request_id, std::string(128, 'r'));
}

TEST_F(HttpUpstreamTest, LossesOfTheConnectionAreNamed) {
  EXPECT_EQ(SendTo(ScriptedReply::Json(kAnswer).CutAfter(10)).cause, "reset");
  const SendResult garbage = SendTo(ScriptedReply::Raw("?\r\n\r\n"));
  EXPECT_EQ(garbage.failure, SendFailure::kMalformed);
  EXPECT_EQ(garbage.cause, "protocol");
}

TEST_F(HttpUpstreamTest, EachTimerNamesItsPhase) {
  imposter_.ReplyByDefault(ScriptedReply::Json(kAnswer).StallAfter(10));
  const SendResult idle = SendOnce({.idle = 30ms});
  EXPECT_EQ(idle.failure, SendFailure::kTimeout);
  EXPECT_EQ(idle.cause, "idle");
  EXPECT_EQ(SendOnce({.total = 30ms}).cause, "total");
  imposter_.ReplyByDefault(ScriptedReply::Silence());
  EXPECT_EQ(SendOnce({.first_byte = 30ms}).cause, "first_byte");
}

TEST_F(HttpUpstreamTest, AReplyAboveTheLimitIsTooLarge) {
  imposter_.ReplyByDefault(ScriptedReply::Json(kAnswer));
  EXPECT_EQ(SendOnce({}, 20).failure, SendFailure::kTooLarge);
}

}  // namespace
}  // namespace extractd::providers
