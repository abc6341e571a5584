// PullModel from outside: a scripted server plays Ollama, which reports a pull line by line.
#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include "extractd/v1/catalog_service.grpc.pb.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using namespace std::chrono_literals;

constexpr std::string_view kPull =
    "{\"status\":\"pulling manifest\"}\n"
    "{\"status\":\"pulling "
    "6a0746a1ec1a\",\"digest\":\"sha256:6a0746a1ec1a\",\"total\":4661211424}\n"
    "{\"status\":\"pulling 6a0746a1ec1a\",\"total\":4661211424,\"completed\":241970}\n"
    "{\"status\":\"verifying sha256 digest\"}\n"
    "{\"status\":\"success\"}\n";

class PullTest : public DaemonTest {
 protected:
  PullTest() {
    request_.set_provider("acme");
    request_.set_model("qwen3:8b");
  }
  void StartLocal() { Start({}, "    pull_path: /api/pull\n"); }

  Result<v1::PullModelResponse> Pull(Client::Timeout timeout = {}) {
    return client->PullModel(
        request_,
        [this](const v1::PullModelResponse& progress) {
          told_.push_back(progress);
          return true;
        },
        timeout
    );
  }
  std::string Refusal() {
    const auto result = Pull();
    return result.ok() ? "ok" : result.failure().reason;
  }

  v1::PullModelRequest request_;
  std::vector<v1::PullModelResponse> told_;
};

TEST_F(PullTest, TellsWhatItIsAtAndEndsWithDone) {
  StartLocal();
  acme.Reply(ScriptedReply::Json(std::string(kPull)).Dripping(60, 30ms));
  const auto last = Pull();
  ASSERT_TRUE(last.ok()) << last.failure().message;
  EXPECT_TRUE(last->done());
  EXPECT_GE(told_.size(), 4U);
  EXPECT_EQ(told_.front().status(), "pulling manifest");
  EXPECT_EQ(std::ranges::count(told_, true, &v1::PullModelResponse::done), 1);
  const auto loaded = std::ranges::find(told_, 241'970, &v1::PullModelResponse::completed_bytes);
  ASSERT_NE(loaded, told_.end());
  EXPECT_EQ(loaded->total_bytes(), 4'661'211'424);
  const fakes::SeenRequest sent = acme.requests().at(0);
  EXPECT_EQ(sent.path, "/api/pull");
  EXPECT_EQ(sent.body, R"({"model":"qwen3:8b","stream":true})");
}

TEST_F(PullTest, ProgressComesWhileItIsMade) {
  StartLocal();
  acme.Reply(ScriptedReply::Json(std::string(kPull)).StallAfter(40));
  const auto result = Pull(700ms);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  ASSERT_EQ(told_.size(), 1U) << "before the end of the call";
  EXPECT_EQ(told_[0].status(), "pulling manifest");
}

TEST_F(PullTest, ACancelReachesTheProvider) {
  StartLocal();
  acme.Reply(ScriptedReply::Json(std::string(kPull)).StallAfter(40));
  const auto result =
      client->PullModel(request_, [](const v1::PullModelResponse&) { return false; });
  EXPECT_EQ(result.failure().code, grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(PullTest, ACallerThatDoesNotReadHoldsNothingUp) {
  StartLocal();
  std::string lines;
  for (int i = 0; i < 20'000; ++i) {
    lines += R"({"status":"pulling","total":20000,"completed":)" + std::to_string(i) + "}\n";
  }
  acme.Reply(ScriptedReply::Json(lines + "{\"status\":\"success\"}\n"));
  const auto channel = grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials());
  const auto stub = v1::CatalogService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 30s);
  const auto reader = stub->PullModel(&context, request_);
  std::this_thread::sleep_for(500ms);
  v1::PullModelResponse progress;
  std::int64_t before = -1;
  size_t count = 0;
  while (reader->Read(&progress)) {
    if (!progress.done())
      EXPECT_GT(progress.completed_bytes(), std::exchange(before, progress.completed_bytes()));
    ++count;
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(progress.done());
  EXPECT_EQ(before, 19'999) << "the latest is never left out";
  EXPECT_LE(count, 20'001U);
}

TEST_F(PullTest, FailuresHaveTheirReasons) {
  StartLocal();
  const auto line = [](std::string text) { return ScriptedReply::Json(std::move(text)); };
  acme.Reply(line("{\"error\":\"pull model manifest: file does not exist\"}\n"));
  EXPECT_EQ(Refusal(), "UNKNOWN_MODEL");
  acme.Reply(ScriptedReply::Status(404, R"({"error":"model not found"})"));
  EXPECT_EQ(Refusal(), "UNKNOWN_MODEL");
  acme.Reply(ScriptedReply::Status(401));
  EXPECT_EQ(Refusal(), "PROVIDER_AUTH");
  acme.Reply(ScriptedReply::Status(500, R"({"error":"no space left on device"})"));
  EXPECT_EQ(Refusal(), "PROVIDER_UNAVAILABLE");
  acme.Reply(line("{\"status\":\"pulling manifest\"}\n"));
  EXPECT_EQ(Refusal(), "PROVIDER_UNAVAILABLE") << "it broke off";
  acme.Reply(line("<html>\n"));
  EXPECT_EQ(Refusal(), "PROVIDER_UNAVAILABLE");
  acme.Reply(line(std::string(100'000, ' ') + "\n"));
  EXPECT_EQ(Refusal(), "PROVIDER_UNAVAILABLE");
  acme.Reply(ScriptedReply::HangUp());
  acme.Reply(ScriptedReply::HangUp());
  EXPECT_EQ(Refusal(), "PROVIDER_UNAVAILABLE");
  acme.Reply(line("{\"error\":\"" + std::string(5'000, 'x') + "\"}\n"));
  EXPECT_LT(Pull().failure().message.size(), 400U);
}

TEST_F(PullTest, WhatProvidersCannotDoIsRefusedByField) {
  Start();
  EXPECT_EQ(Pull().failure().bad_fields.at(0).field, "provider") << "it loads no models";
  request_.set_provider("nobody");
  EXPECT_EQ(Refusal(), "UNKNOWN_PROVIDER");
  request_.clear_provider();
  EXPECT_EQ(Pull().failure().bad_fields.at(0).field, "provider");
  request_.set_provider("acme");
  request_.set_model(std::string(257, 'x'));
  EXPECT_EQ(Pull().failure().bad_fields.at(0).field, "model");
  EXPECT_TRUE(acme.requests().empty());
}

}  // namespace
}  // namespace extractd::integration
