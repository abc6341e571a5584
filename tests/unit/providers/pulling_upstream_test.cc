#include "server/providers/pulling_upstream.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/providers/dialects/ollama/ollama_chat.h"
#include "server/providers/http_upstream.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;
using fakes::HttpImposter, fakes::ScriptedReply;

constexpr const char* kMissing = R"({"error":"model 'qwen3' not found"})";
constexpr const char* kAnswer = R"({"message":{"content":"{}"},"done":true,"done_reason":"stop"})";

class PullingUpstreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<Upstream> NewUpstream() {
    const auto row = std::make_shared<const ProviderRow>(ProviderRow{
        .name = "local",
        .base_url = imposter_.url(),
        .chat_path = "/api/chat",
        .pull_path = "/api/pull",
    });
    const auto handler =
        std::make_shared<const Handler>(Handler{.row = row, .dialect = &OllamaChat()});
    return std::make_unique<PullingUpstream>(
        client_,
        row,
        Secret("k-1"),
        std::make_unique<HttpUpstream>(client_, handler, family_, Secret("k-1"))
    );
  }

  SendResult Send(Upstream& upstream, std::chrono::milliseconds total = 5s) {
    const auto request = upstream.Encode({.model = "qwen3", .messages = {{.text = "Ann is 40."}}});
    EXPECT_TRUE(request.ok()) << request.status();
    return fakes::Await(loop_, upstream.Send(*request, {.total = total}));
  }
  SendResult Send(std::chrono::milliseconds total = 5s) { return Send(*NewUpstream(), total); }

  std::vector<std::string> Paths() {
    std::vector<std::string> paths;
    for (const fakes::SeenRequest& request : imposter_.requests()) paths.push_back(request.path);
    return paths;
  }

  HttpImposter imposter_;
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
  ModelFamily family_;
};

TEST_F(PullingUpstreamTest, AMissingModelIsPulledAndAskedForAgain) {
  imposter_.Reply(ScriptedReply::Status(404, kMissing));
  imposter_.Reply(ScriptedReply::Json(R"({"status":"success"})"));
  const SendResult result = Send();
  EXPECT_EQ(result.failure, SendFailure::kUnknownModel);
  EXPECT_TRUE(result.send_again);
  EXPECT_EQ(Paths(), (std::vector<std::string>{"/api/chat", "/api/pull"}));
  const fakes::SeenRequest pull = imposter_.requests().at(1);
  EXPECT_EQ(pull.body, R"({"model":"qwen3","stream":false})");
  EXPECT_EQ(pull.Header("authorization"), "Bearer k-1");
}

TEST_F(PullingUpstreamTest, AModelThatIsThereIsNotPulled) {
  imposter_.Reply(ScriptedReply::Json(kAnswer));
  EXPECT_TRUE(Send().ok());
  EXPECT_EQ(Paths(), std::vector<std::string>{"/api/chat"});
}

TEST_F(PullingUpstreamTest, WhatIsWrongWithThePullIsTold) {
  imposter_.Reply(ScriptedReply::Status(404, kMissing));
  imposter_.Reply(ScriptedReply::Status(500, R"({"error":"pull model manifest: no such file"})"));
  const SendResult result = Send();
  EXPECT_EQ(result.failure, SendFailure::kUnknownModel);
  EXPECT_NE(
      result.message.find("could not be pulled: pull model manifest: no such file"),
      std::string::npos
  ) << result.message;
  EXPECT_EQ(Paths().size(), 2U);
}

TEST_F(PullingUpstreamTest, AModelThatIsMissingStillIsPulledOnlyOnce) {
  imposter_.Reply(ScriptedReply::Status(404, kMissing));
  imposter_.Reply(ScriptedReply::Json(R"({"status":"success"})"));
  imposter_.Reply(ScriptedReply::Status(404, kMissing));
  const auto upstream = NewUpstream();
  EXPECT_TRUE(Send(*upstream).send_again);
  EXPECT_FALSE(Send(*upstream).send_again);
  EXPECT_EQ(Paths().size(), 3U);
}

TEST_F(PullingUpstreamTest, APullEndsWithTheTimeOfTheSend) {
  imposter_.Reply(ScriptedReply::Status(404, kMissing));
  imposter_.Reply(ScriptedReply::Silence());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Send(300ms).failure, SendFailure::kUnknownModel);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace extractd::providers
