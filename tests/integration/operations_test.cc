// Reload, drain, health and secrets. The numbers are those of the catalogue of faults.
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include "grpc/health/v1/health.pb.h"
#include "tests/fakes/test_data.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::milliseconds;

class OperationsTest : public DaemonTest {
 protected:
  void Reload(std::string_view yaml, std::string_view event) {
    daemon->Rewrite(yaml);
    daemon->Signal(SIGHUP);
    ASSERT_TRUE(daemon->WaitForLog(fmt::format("\"event\":\"{}\"", event)));
  }

  // Extracts in a loop until told to stop; counts failures.
  class Load {
   public:
    explicit Load(const std::string& address) {
      for (int i = 0; i < 4; ++i) {
        threads_.emplace_back([this, address] {
          Client client({.address = address});
          while (!stop_) {
            const auto result = client.Extract(PersonRequest());
            ++calls_;
            if (!result.ok()) ++failed_;
          }
        });
      }
    }
    // Calls that failed, after at least `calls` more were made.
    int StopAfter(int calls) {
      const int target = calls_ + calls;
      while (calls_ < target) std::this_thread::sleep_for(milliseconds(5));
      stop_ = true;
      for (std::thread& thread : threads_) thread.join();
      return failed_;
    }

   private:
    std::atomic<bool> stop_ = false;
    std::atomic<int> calls_ = 0;
    std::atomic<int> failed_ = 0;
    std::vector<std::thread> threads_;
  };

  std::string ServingStatus(const std::string& service) {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    const RawReply reply =
        CallRaw(daemon->address(), "/grpc.health.v1.Health/Check", request.SerializeAsString());
    if (!reply.status.ok()) return reply.status.error_message();
    grpc::health::v1::HealthCheckResponse response;
    response.ParseFromString(reply.bytes);
    return grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
  }
};

TEST_F(OperationsTest, Case37_ReloadAddsReplacesAndRemovesProvidersUnderLoad) {
  Start();
  acme.ReplyByDefault(ToolAnswer(kAda));
  fakes::HttpImposter other;
  other.ReplyByDefault(ToolAnswer(R"({"name":"Bob","age":1})"));
  Load load(daemon->address());
  const std::string both =
      Yaml("", fmt::format("  extra:\n    base_url: {}\n    default_model: e\n", other.url()));
  Reload(both, "reloaded");
  v1::ExtractRequest extra = PersonRequest();
  extra.set_model("extra/e");
  const auto added = client->Extract(extra);
  ASSERT_TRUE(added.ok()) << added.failure().message;
  EXPECT_EQ(added->json(), R"({"name":"Bob","age":1})");

  daemon->Rewrite(fmt::format(
      "default_model: acme/acme-1\n{}  extra:\n    base_url: {}\n    default_model: e\n",
      fakes::AcmeAt(other.url()),
      acme.url()
  ));
  daemon->Signal(SIGHUP);
  const auto replaced = [&] {
    const auto result = client->Extract(PersonRequest());
    return result.ok() && result->json() == R"({"name":"Bob","age":1})";
  };
  for (int i = 0; i < 1000 && !replaced(); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_TRUE(replaced());

  daemon->Rewrite(Yaml("", ""));
  daemon->Signal(SIGHUP);
  const auto removed = [&] {
    const auto result = client->Extract(extra);
    return !result.ok() && result.failure().reason == "UNKNOWN_PROVIDER";
  };
  for (int i = 0; i < 1000 && !removed(); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_TRUE(removed());
  EXPECT_EQ(load.StopAfter(50), 0);
  EXPECT_EQ(daemon->Metric("extractd_config_last_reload_successful"), 1);
}

TEST_F(OperationsTest, Case37_WrongConfigurationChangesNothingAndIsNamed) {
  Start();
  acme.ReplyByDefault(ToolAnswer(kAda));
  Load load(daemon->address());
  Reload("max_reask: 3\nproviders:\n  acme:\n    base_ulr: x\n", "reload_refused");
  EXPECT_EQ(load.StopAfter(20), 0);
  EXPECT_NE(daemon->Log().find("max_reasks"), std::string::npos);
  EXPECT_NE(daemon->Log().find("base_url"), std::string::npos);
  EXPECT_EQ(daemon->Metric("extractd_config_last_reload_successful"), 0);
}

TEST_F(OperationsTest, Case37_SettingsThatNeedARestartAreNamed) {
  Start();
  Reload(Yaml("max_reasks: 1\nloops: 1\n", ""), "reloaded");
  EXPECT_NE(daemon->Log().find("\"need_restart\":\"loops\""), std::string::npos);
  v1::RenderRequest render;
  *render.mutable_request() = PersonRequest();
  const auto shown = client->Render(render);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->effective_request().retry().max_reasks(), 1);
}

TEST_F(OperationsTest, Case38_DrainFinishesFiveHundredCallsAndExitsWithZero) {
  Start();
  fakes::ScriptedReply slow = ToolAnswer(kAda);
  slow.After(milliseconds(1500));
  acme.ReplyByDefault(slow);
  const auto channel = grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials());
  constexpr size_t kCalls = 500;
  std::vector<std::unique_ptr<PendingExtract>> calls;
  for (size_t i = 0; i < kCalls; ++i) {
    calls.push_back(std::make_unique<PendingExtract>(channel, PersonRequest()));
  }
  ASSERT_TRUE(acme.WaitForRequests(kCalls));
  daemon->Signal(SIGTERM);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"draining\""));
  size_t good = 0;
  for (auto& call : calls) good += call->status().ok() ? 1 : 0;
  EXPECT_EQ(good, kCalls);
  EXPECT_EQ(daemon->Wait(), 0);
}

TEST_F(OperationsTest, Case38_WhileDrainingHealthSaysSoAndAnotherReplicaIsNamedTheWayOut) {
  Start("drain_delay_ms: 4000\n");
  EXPECT_EQ(ServingStatus(""), "SERVING");
  EXPECT_EQ(ServingStatus("extractd.v1.ExtractionService"), "SERVING");
  EXPECT_EQ(daemon->AdminGet("/healthz/ready"), "ready\n");
  acme.ReplyByDefault(ToolAnswer(kAda));
  daemon->Signal(SIGTERM);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"draining\""));
  EXPECT_EQ(ServingStatus(""), "NOT_SERVING");
  EXPECT_EQ(ServingStatus("liveness"), "SERVING");
  EXPECT_EQ(daemon->AdminGet("/healthz/ready"), "status 503");
  EXPECT_EQ(daemon->AdminGet("/healthz/live"), "live\n");
  EXPECT_TRUE(client->Extract(PersonRequest()).ok()) << "the delay is for those who have not heard";
  EXPECT_EQ(daemon->Wait(), 0);
}

TEST_F(OperationsTest, Case38_CallsThatOutliveTheGraceEndAsDraining) {
  Start("drain_grace_ms: 500\n");
  Script({fakes::ScriptedReply::Silence()});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  daemon->Signal(SIGTERM);
  const Failure failure = ReadFailure(call.status());
  EXPECT_EQ(failure.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(failure.reason, "DRAINING");
  EXPECT_EQ(daemon->Wait(), 0);
}

TEST_F(OperationsTest, Case38_SecondSignalEndsAtOnceAndHangUpNeverDoes) {
  Start("drain_grace_ms: 60000\n");
  daemon->Signal(SIGHUP);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"reloaded\""));
  Script({fakes::ScriptedReply::Silence()});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  daemon->Signal(SIGTERM);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"draining\""));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(std::chrono::seconds(20)), 1);
}

TEST_F(OperationsTest, Case40_KeysPromptsAndAnswersAreNowhere) {
  options.environment["ACME_API_KEY"] = "canary-key-0123456789";
  Start(
      "log_level: debug\ndebug_mode: true\ninitial_backoff_ms: 1\nmax_backoff_ms: 1\n",
      "    key_variable: ACME_API_KEY\n"
  );
  v1::ExtractRequest request = PersonRequest();
  request.set_input("canary-prompt");
  request.mutable_schema()->set_json_schema(
      R"({"type":"object","description":"canary-schema","properties":{"a":{"type":"integer"}}})"
  );
  const std::string echo = R"({"error":{"message":"wrong key canary-key-0123456789"}})";
  std::string told;
  for (const fakes::ScriptedReply& reply :
       {ToolAnswer(R"({"a":"canary-answer"})"),
        ErrorReply(401, echo),
        ErrorReply(500, echo),
        ErrorReply(400, echo),
        ToolAnswer(R"({"a":1})")}) {
    Script({reply});
    const auto result = client->Extract(request);
    if (!result.ok()) {
      told += result.failure().message;
      for (const auto& [key, value] : result.failure().metadata) told += value;
      for (const v1::Attempt& attempt : result.failure().extraction->attempts()) {
        told += attempt.error_message();
      }
    }
  }
  EXPECT_EQ(acme.requests().front().Header("authorization"), "Bearer canary-key-0123456789");
  EXPECT_EQ(told.find("canary-key"), std::string::npos) << told;
  const std::string pages = daemon->AdminGet("/metrics") + daemon->AdminGet("/debug/settings") +
                            daemon->AdminGet("/debug/providers");
  EXPECT_EQ(pages.find("canary"), std::string::npos);
  daemon->Signal(SIGTERM);
  daemon->Wait();
  EXPECT_EQ(daemon->Log().find("canary"), std::string::npos) << daemon->Log();
}

TEST_F(OperationsTest, DebugPagesAreOffByDefault) {
  Start();
  EXPECT_EQ(daemon->AdminGet("/debug/settings"), "status 404");
  EXPECT_EQ(daemon->AdminGet("/nowhere"), "status 404");
}

TEST_F(OperationsTest, KeysFromFilesAreReadAgainWhenTheyChange) {
  Start();
  const std::filesystem::path file = daemon->directory() / "key";
  std::ofstream(file) << "first-key-111111\n";
  Reload(Yaml("", fmt::format("    key_file: {}\n", file.string())), "reloaded");
  acme.ReplyByDefault(ToolAnswer(kAda));
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  EXPECT_EQ(acme.requests().front().Header("authorization"), "Bearer first-key-111111");
  std::ofstream(file) << "other-key-222222222\n";
  const auto sent = [&] {
    EXPECT_TRUE(client->Extract(PersonRequest()).ok());
    return std::string(acme.requests().back().Header("authorization"));
  };
  for (int i = 0; i < 100 && sent() != "Bearer other-key-222222222"; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_EQ(sent(), "Bearer other-key-222222222");
}

TEST_F(OperationsTest, EveryMetricAndLogEventIsInTheHandbook) {
  Start("log_level: debug\n");
  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(R"({"name":"Ada","age":36,})")});
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  const std::string handbook =
      ReadFile(std::filesystem::path(EXTRACTD_SOURCE_DIR) / "docs" / "operations.md");
  std::istringstream page(daemon->AdminGet("/metrics"));
  int families = 0;
  for (std::string line; std::getline(page, line);) {
    constexpr std::string_view kType = "# TYPE ";
    if (!line.starts_with(kType)) continue;
    const std::string name = line.substr(kType.size(), line.find(' ', kType.size()) - kType.size());
    EXPECT_NE(handbook.find("`" + name + "`"), std::string::npos) << name;
    ++families;
  }
  EXPECT_GT(families, 20);
  std::istringstream log(daemon->Log());
  for (std::string line; std::getline(log, line);) {
    const size_t at = line.find("\"event\":\"") + 9;
    const std::string event = line.substr(at, line.find('"', at) - at);
    EXPECT_NE(handbook.find("`" + event + "`"), std::string::npos) << event;
  }
}

}  // namespace
}  // namespace extractd::integration
