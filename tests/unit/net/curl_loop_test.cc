#include "server/net/curl_loop.h"

#include <optional>

#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using fakes::HttpImposter, fakes::ScriptedReply;

class NotedJob final : public CurlLoop::Job {
 public:
  void OnEnd(CURLcode code) override { ended = code; }
  std::optional<CURLcode> ended;
};

class CurlLoopTest : public ::testing::Test {
 protected:
  static size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

  std::unique_ptr<EasyHandle> HandleFor(const std::string& url) {
    auto handle = handles_.Acquire();
    handle->Set(CURLOPT_URL, url.c_str());
    handle->Set(CURLOPT_WRITEFUNCTION, &Discard);
    return handle;
  }

  void RunUntilEnded(const NotedJob& job) {
    for (int i = 0; i < 10'000 && !job.ended; ++i) loop_.run_one_for(std::chrono::milliseconds(1));
  }

  NetworkEnvironment environment_ = ReadNetworkEnvironment();
  asio::io_context loop_{1};
  EasyHandlePool handles_{environment_};
  CurlLoop curl_{loop_.get_executor(), {}};
  HttpImposter imposter_;
};

TEST_F(CurlLoopTest, TellsTheJobOnceItsTransferHasEnded) {
  imposter_.Reply(ScriptedReply::Json("{}"));
  const auto handle = HandleFor(imposter_.url());
  NotedJob job;
  ASSERT_TRUE(curl_.Start(*handle, job));
  RunUntilEnded(job);
  EXPECT_EQ(job.ended, CURLE_OK);
  EXPECT_EQ(handle->Get<long>(CURLINFO_RESPONSE_CODE), 200);
}

TEST_F(CurlLoopTest, AStoppedTransferIsNotTold) {
  imposter_.Reply(ScriptedReply::Silence());
  const auto handle = HandleFor(imposter_.url());
  NotedJob job;
  ASSERT_TRUE(curl_.Start(*handle, job));
  loop_.run_for(std::chrono::milliseconds(20));
  curl_.Stop(*handle);
  EXPECT_TRUE(imposter_.WaitForPeersToClose(1));
  loop_.run_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(job.ended.has_value());
}

TEST_F(CurlLoopTest, AHandleCanBeStartedAgain) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  const auto handle = HandleFor(imposter_.url());
  for (int i = 0; i < 3; ++i) {
    NotedJob job;
    ASSERT_TRUE(curl_.Start(*handle, job));
    RunUntilEnded(job);
    EXPECT_EQ(job.ended, CURLE_OK);
  }
  EXPECT_EQ(imposter_.connections().size(), 1U);
}

TEST_F(CurlLoopTest, LibcurlsOwnTimerRunsOnTheDeadlines) {
  const auto handle = HandleFor(imposter_.url());
  imposter_.Reply(ScriptedReply::Silence());
  handle->Set(CURLOPT_TIMEOUT_MS, 30L);
  NotedJob job;
  ASSERT_TRUE(curl_.Start(*handle, job));
  RunUntilEnded(job);
  EXPECT_EQ(job.ended, CURLE_OPERATION_TIMEDOUT);
}

TEST_F(CurlLoopTest, AHandleThatIsInTheLoopAlreadyIsRefused) {
  imposter_.Reply(ScriptedReply::Silence());
  const auto handle = HandleFor(imposter_.url());
  NotedJob job;
  ASSERT_TRUE(curl_.Start(*handle, job));
  EXPECT_FALSE(curl_.Start(*handle, job));
  curl_.Stop(*handle);
}

}  // namespace
}  // namespace extractd::net
