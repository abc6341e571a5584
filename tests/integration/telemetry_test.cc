// What others than the log are told: whose trace a call belongs to, its spans, and, if an operator
// wants it, what was said.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kTraceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view kKey = "sk-canary-telemetry-0123";

class TelemetryTest : public DaemonTest {
 protected:
  // With a key, which acme gives back in its words.
  void StartWithKey(std::string_view settings) {
    options.environment["ACME_API_KEY"] = kKey;
    Start(settings, "    key_variable: ACME_API_KEY\n");
  }

  // One call with these headers.
  grpc::Status Call(std::string_view traceparent, std::string_view second = {}) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 30s);
    if (!traceparent.empty()) context.AddMetadata("traceparent", std::string(traceparent));
    if (!second.empty()) context.AddMetadata("traceparent", std::string(second));
    const auto stub = v1::ExtractionService::NewStub(
        grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials())
    );
    v1::ExtractResponse response;
    return stub->Extract(&context, PersonRequest(), &response);
  }

  TelemetryTest() {
    std::string folder = (std::filesystem::temp_directory_path() / "payloads-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
  }
  ~TelemetryTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path payloads() const { return folder_ / "payloads.jsonl"; }
  std::string Payloads() const {
    std::ifstream file(payloads(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  void StopDaemon() {
    daemon->Signal(SIGTERM);
    EXPECT_EQ(daemon->Wait(20s), 0);
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(TelemetryTest, ATraceOfACallerGoesOnToTheProviderAndIntoTheLog) {
  Script({ErrorReply(503), ToolAnswer(kAda)});
  Start("log_level: debug\ninitial_backoff_ms: 1\n");
  EXPECT_TRUE(Call(kTraceparent).ok());
  ASSERT_EQ(acme.requests().size(), 2U);
  for (const fakes::SeenRequest& request : acme.requests()) {
    EXPECT_EQ(request.Header("traceparent"), kTraceparent) << "no span of ours is in between";
  }
  EXPECT_TRUE(daemon->WaitForLog("call_ended"));
  std::istringstream lines(daemon->Log());
  int of_the_call = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"request_id\"") == std::string::npos) continue;
    ++of_the_call;
    EXPECT_NE(line.find(fmt::format("\"trace_id\":\"{}\"", kTrace)), std::string::npos) << line;
  }
  EXPECT_GE(of_the_call, 5);
}

TEST_F(TelemetryTest, HeadersThatAreNotWellFormedAreAsNone) {
  Script({ToolAnswer(kAda)});
  Start();
  EXPECT_TRUE(Call("00-" + std::string(kTrace) + "-0000000000000000-01").ok());
  EXPECT_TRUE(Call("what").ok());
  EXPECT_TRUE(Call(kTraceparent, kTraceparent).ok()) << "two of them say nothing";
  EXPECT_TRUE(Call("").ok());
  ASSERT_EQ(acme.requests().size(), 4U);
  for (const fakes::SeenRequest& request : acme.requests()) {
    EXPECT_EQ(request.Header("traceparent"), "");
  }
  EXPECT_TRUE(daemon->WaitForLog("call_ended"));
  EXPECT_EQ(daemon->Log().find("trace_id"), std::string::npos);
}

TEST_F(TelemetryTest, ProvidersAreNotToldIfTheOperatorDoesNotWantIt) {
  Script({ToolAnswer(kAda)});
  Start("send_traceparent: false\n");
  EXPECT_TRUE(Call(kTraceparent).ok());
  EXPECT_EQ(acme.requests().at(0).Header("traceparent"), "");
  EXPECT_TRUE(daemon->WaitForLog(kTrace)) << "the log has it all the same";
}

TEST_F(TelemetryTest, ARefusedCallSaysWhoseTraceItWas) {
  Start();
  grpc::ClientContext context;
  context.AddMetadata("traceparent", std::string(kTraceparent));
  const auto stub = v1::ExtractionService::NewStub(
      grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials())
  );
  v1::ExtractResponse response;
  EXPECT_FALSE(stub->Extract(&context, v1::ExtractRequest(), &response).ok());
  EXPECT_TRUE(daemon->WaitForLog("call_refused"));
  EXPECT_TRUE(daemon->WaitForLog(kTrace));
}

TEST_F(TelemetryTest, ACollectorThatIsNotThereCostsCallsNothing) {
  Script({ToolAnswer(kAda)});
  Start("otlp_endpoint: http://127.0.0.1:1\n");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Call("").ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  StopDaemon();
  EXPECT_NE(daemon->Log().find("spans_lost"), std::string::npos) << daemon->Log();
}

TEST_F(TelemetryTest, ACollectorThatNeverAnswersDoesNotHoldUpTheEnd) {
  fakes::HttpImposter collector;
  collector.ReplyByDefault(fakes::ScriptedReply::Silence());
  Script({ToolAnswer(kAda)});
  Start(fmt::format("otlp_endpoint: {}\n", collector.url()));
  EXPECT_TRUE(Call("").ok());
  ASSERT_TRUE(collector.WaitForRequests(1));
  EXPECT_EQ(collector.requests().at(0).path, "/v1/traces");
  const auto begin = std::chrono::steady_clock::now();
  StopDaemon();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 12s);
}

TEST_F(TelemetryTest, WithoutTheSettingNoPayloadIsKept) {
  Script({ToolAnswer(kAda)});
  Start("log_level: debug\n");
  EXPECT_TRUE(Call("").ok());
  EXPECT_TRUE(daemon->WaitForLog("call_ended"));
  EXPECT_FALSE(std::filesystem::exists(payloads()));
}

TEST_F(TelemetryTest, PayloadsOfCallsAndStreamsAreKeptWithoutKeys) {
  // A provider may give back what it was sent.
  const std::string said = fmt::format(R"({{"name":"{}","age":36}})", kKey);
  Script(
      {ErrorReply(401, fmt::format(R"({{"error":{{"message":"bad key {}"}}}})", kKey)),
       ToolAnswer(said),
       fakes::ScriptedReply::EventStream(ToolEvents(InPieces(said, 7)))}
  );
  StartWithKey(fmt::format("payload_log: {}\n", payloads().string()));
  EXPECT_FALSE(Call("").ok());
  EXPECT_TRUE(Call("").ok());
  PendingStream stream(daemon->address(), StreamRequest(PersonRequest()));
  EXPECT_TRUE(stream.status().ok()) << stream.status().error_message();
  EXPECT_EQ(daemon->Metric("extractd_payloads_lost_total"), 0);
  StopDaemon();

  const std::string text = Payloads();
  struct stat info = {};
  ASSERT_EQ(::stat(payloads().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::ranges::count(text, '\n'), 3) << text;
  EXPECT_EQ(text.find(kKey), std::string::npos) << text;
  EXPECT_NE(text.find("[redacted]"), std::string::npos);
  EXPECT_NE(text.find("Ada is 36"), std::string::npos) << "that is what it is for";
  EXPECT_NE(text.find("\"failure\":\"auth\""), std::string::npos);
  EXPECT_NE(text.find("data: [DONE]"), std::string::npos) << "streams are there as they came";
  EXPECT_EQ(daemon->Log().find("Ada is 36"), std::string::npos) << "the log has none of it";
}

TEST_F(TelemetryTest, ASampleOfNothingKeepsNothing) {
  Script({ToolAnswer(kAda)});
  Start(fmt::format("payload_log: {}\npayload_log_sample_percent: 0\n", payloads().string()));
  EXPECT_TRUE(Call("").ok());
  StopDaemon();
  EXPECT_EQ(std::filesystem::file_size(payloads()), 0U);
}

TEST_F(TelemetryTest, Case40_NoCoreIsWritten) {
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &before), 0);
  if (before.rlim_max == 0) GTEST_SKIP() << "no process may write one here";
  const rlimit open = {.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_CORE, &open), 0);
  Start();
  std::ifstream limits(fmt::format("/proc/{}/limits", daemon->pid()));
  const std::string text = {
      std::istreambuf_iterator<char>(limits), std::istreambuf_iterator<char>()
  };
  std::istringstream core(text.substr(text.find("Max core file size") + 18));
  std::string soft;
  std::string hard;
  core >> soft >> hard;
  EXPECT_EQ(soft, "0");
  EXPECT_EQ(hard, "0");
  // Where cores are piped to a program, the limit does not count; this does.
  daemon->Signal(SIGQUIT);
  siginfo_t info = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(daemon->pid()), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(info.si_code, CLD_KILLED) << "which would be CLD_DUMPED";
  EXPECT_EQ(daemon->Wait(), -SIGQUIT);
}

TEST_F(TelemetryTest, APayloadLogThatCannotBeWrittenIsNamedAtTheStart) {
  options.yaml = Yaml("payload_log: /proc/nowhere/payloads\n", "");
  const fakes::DaemonProcess refused(options);
  EXPECT_FALSE(refused.serving());
  EXPECT_NE(
      refused.Log().find("payload_log: '/proc/nowhere/payloads' cannot be opened"),
      std::string::npos
  ) << refused.Log();
}

}  // namespace
}  // namespace extractd::integration
