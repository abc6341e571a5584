#include "server/net/transfer.h"

#include "tests/fakes/black_hole.h"
#include "tests/fakes/test_settings.h"
#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using fakes::BlackHole, fakes::HttpImposter, fakes::ImposterTls, fakes::ScriptedReply;

class TransferTest : public ClientTest {
 protected:
  // Cancels, and expects the imposter to see the connection close at once.
  void CancelAndExpectClose(RunningSend& send, const HttpImposter& imposter) {
    const auto cancelled = std::chrono::steady_clock::now();
    const HttpResult& result = Cancel(send);
    EXPECT_EQ(result.failure, TransportFailure::kCancelled);
    EXPECT_EQ(result.message, "cancelled");
    ASSERT_TRUE(imposter.WaitForPeersToClose(1)) << "the imposter never saw it close";
    EXPECT_LE(*imposter.connections().at(0).closed_by_peer - cancelled, AtOnce());
    EXPECT_EQ(Pool().open, 0);
  }

  HttpImposter imposter_;
};

TEST_F(TransferTest, NamesTheConnectTimer) {
  const BlackHole nowhere;
  const HttpResult result = Send({.url = nowhere.url(), .timers = {.connect = 50ms}});
  EXPECT_EQ(result.failure, TransportFailure::kConnectTimeout) << result.message;
  EXPECT_NE(result.message.find("within 50ms"), std::string::npos) << result.message;
  EXPECT_GE(result.latency, 50ms);
  EXPECT_EQ(Pool().open, 0);
}

TEST_F(TransferTest, TheConnectTimerCoversTheTlsHandshake) {
  const HttpImposter mute(ImposterTls::kNeverHandshakes);
  const HttpResult result = Send({.url = mute.url(), .timers = {.connect = 50ms}});
  EXPECT_EQ(result.failure, TransportFailure::kConnectTimeout) << result.message;
}

TEST_F(TransferTest, NamesTheFirstByteTimer) {
  imposter_.Reply(ScriptedReply::Silence());
  const HttpResult result = Send({.url = imposter_.url(), .timers = {.first_byte = 50ms}});
  EXPECT_EQ(result.failure, TransportFailure::kFirstByteTimeout) << result.message;
  EXPECT_NE(result.message.find("within 50ms"), std::string::npos) << result.message;
  EXPECT_TRUE(imposter_.WaitForPeersToClose(1));
}

TEST_F(TransferTest, NamesTheIdleTimerAlthoughTheFirstByteTimerIsLonger) {
  imposter_.Reply(ScriptedReply::Json("0123456789").StallAfter(4));
  const HttpResult result =
      Send({.url = imposter_.url(), .timers = {.first_byte = 10s, .idle = 50ms}});
  EXPECT_EQ(result.failure, TransportFailure::kIdleTimeout) << result.message;
  EXPECT_EQ(result.reply.status, 200);
  EXPECT_EQ(result.reply.body, "0123");
}

TEST_F(TransferTest, BytesThatKeepComingHoldTheIdleTimerOff) {
  imposter_.Reply(ScriptedReply::Json("01234567").Dripping(1, 150ms));
  const HttpResult result =
      Send({.url = imposter_.url(), .timers = {.first_byte = 1000ms, .idle = 1000ms}});
  EXPECT_TRUE(result.ok()) << result.message;
  EXPECT_GT(result.latency, 1000ms) << "the test must outlast the timers";
}

TEST_F(TransferTest, NamesTheTotalTimerAlthoughBytesKeepComing) {
  imposter_.Reply(ScriptedReply::Json(std::string(1'000, 'x')).Dripping(1, 5ms));
  const HttpResult result = Send({.url = imposter_.url(), .timers = {.idle = 1s, .total = 100ms}});
  EXPECT_EQ(result.failure, TransportFailure::kTotalTimeout) << result.message;
  EXPECT_LT(result.latency, 5s) << "which all bytes would take";
}

TEST_F(TransferTest, NoTimerMeansNoLimit) {
  imposter_.Reply(ScriptedReply::Json("{}").After(100ms));
  const HttpResult result = Send({.url = imposter_.url(), .timers = {.connect = 0ms}});
  EXPECT_TRUE(result.ok()) << result.message;
}

TEST_F(TransferTest, CancelWhileConnectingEndsAtOnce) {
  const BlackHole nowhere;
  auto* send = Start({.url = nowhere.url()});
  ASSERT_TRUE(RunUntil([&] { return Pool().open == 1; }));
  EXPECT_EQ(Cancel(*send).failure, TransportFailure::kCancelled);
  EXPECT_EQ(Pool().open, 0);
}

TEST_F(TransferTest, CancelInTheTlsHandshakeClosesTheConnection) {
  const HttpImposter mute(ImposterTls::kNeverHandshakes);
  auto* send = Start({.url = mute.url()});
  ASSERT_TRUE(RunUntil([&] {
    return mute.connections().size() == 1 && mute.connections().at(0).bytes > 0;
  }));
  CancelAndExpectClose(*send, mute);
}

TEST_F(TransferTest, CancelBeforeTheFirstByteClosesTheConnection) {
  imposter_.Reply(ScriptedReply::Silence());
  auto* send = Start({.url = imposter_.url()});
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests().size() == 1; }));
  CancelAndExpectClose(*send, imposter_);
}

TEST_F(TransferTest, CancelInsideTheBodyClosesTheConnection) {
  imposter_.Reply(ScriptedReply::Json(std::string(10'000, 'x')).Dripping(1, 1ms));
  auto* send = Start({.url = imposter_.url()});
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests().size() == 1; }));
  loop_.run_for(50ms);
  CancelAndExpectClose(*send, imposter_);
  EXPECT_GT(send->result->reply.body.size(), 0U);
}

Task<HttpResult> SendOnceCancelled(HttpClient& client, HttpRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  asio::steady_timer never(co_await asio::this_coro::executor, SteadyTime::max());
  co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return co_await client.Send(std::move(request));
}

TEST_F(TransferTest, ASendOfACancelledCoroutineSendsNothing) {
  auto* send = Spawn(SendOnceCancelled(*client_, {.url = imposter_.url()}));
  loop_.poll();
  EXPECT_EQ(Cancel(*send).failure, TransportFailure::kCancelled);
  EXPECT_TRUE(imposter_.connections().empty());
}

TEST_F(TransferTest, CancelAfterTheEndChangesNothing) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  auto* send = Start({.url = imposter_.url()});
  EXPECT_TRUE(Finish(*send).ok());
  send->signal.emit(asio::cancellation_type::terminal);
  EXPECT_TRUE(Send({.url = imposter_.url()}).ok());
  EXPECT_EQ(imposter_.connections().size(), 1U);
}

TEST_F(TransferTest, ACancelledOneDoesNotDisturbTheOthers) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}").After(50ms));
  std::vector<RunningSend*> sends;
  for (int i = 0; i < 100; ++i) sends.push_back(Start({.url = imposter_.url()}));
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests().size() >= 50; }));
  for (size_t i = 0; i < sends.size(); i += 2) {
    sends[i]->signal.emit(asio::cancellation_type::terminal);
  }
  for (size_t i = 0; i < sends.size(); ++i) {
    const HttpResult& result = Finish(*sends[i]);
    if (i % 2 == 1) EXPECT_TRUE(result.ok()) << result.message;
  }
}

TEST_F(TransferTest, ABodyThatIsCutIsAResetWithWhatHadCome) {
  imposter_.Reply(ScriptedReply::Json("0123456789").CutAfter(5));
  const HttpResult result = Send({.url = imposter_.url()});
  EXPECT_EQ(result.failure, TransportFailure::kReset) << result.message;
  EXPECT_EQ(result.reply.body, "01234");
  EXPECT_NE(result.message.find("after 5 bytes"), std::string::npos) << result.message;
}

TEST_F(TransferTest, AResetBeforeAndInsideTheReplyIsAReset) {
  imposter_.Reply(ScriptedReply::Json("0123456789").ResetAfter(5));
  EXPECT_EQ(Send({.url = imposter_.url()}).failure, TransportFailure::kReset);
  imposter_.Reply(ScriptedReply::HangUp());
  const HttpResult result = Send({.url = imposter_.url()});
  EXPECT_EQ(result.failure, TransportFailure::kReset);
  EXPECT_NE(result.message.find("before it replied"), std::string::npos) << result.message;
}

TEST_F(TransferTest, ACutChunkedBodyIsAResetToo) {
  imposter_.Reply(ScriptedReply::Json(std::string(5'000, 'x')).Chunked().CutAfter(2'500));
  EXPECT_EQ(Send({.url = imposter_.url()}).failure, TransportFailure::kReset);
}

TEST_F(TransferTest, GarbageInsteadOfHttpIsAProtocolFailure) {
  imposter_.Reply(ScriptedReply::Raw("SSH-2.0-OpenSSH_9.2\r\n"));
  const HttpResult result = Send({.url = imposter_.url()});
  EXPECT_EQ(result.failure, TransportFailure::kProtocol) << result.message;
  EXPECT_NE(result.message.find("did not reply in HTTP"), std::string::npos) << result.message;
}

TEST_F(TransferTest, ABodyOfExactlyTheLimitIsTakenOneByteMoreIsNot) {
  imposter_.ReplyByDefault(ScriptedReply::Json(std::string(1'000, 'x')));
  EXPECT_TRUE(Send({.url = imposter_.url(), .max_reply_bytes = 1'000}).ok());
  const HttpResult result = Send({.url = imposter_.url(), .max_reply_bytes = 999});
  EXPECT_EQ(result.failure, TransportFailure::kTooLarge) << result.message;
  EXPECT_NE(result.message.find("longer than 999 bytes"), std::string::npos) << result.message;
}

TEST_F(TransferTest, AnEndlessChunkedBodyStopsAtTheLimit) {
  imposter_.Reply(ScriptedReply::Json(std::string(300'000, 'x')).Chunked());
  const HttpResult result = Send({.url = imposter_.url(), .max_reply_bytes = 100'000});
  EXPECT_EQ(result.failure, TransportFailure::kTooLarge) << result.message;
  EXPECT_LE(result.reply.body.size(), 100'000U);
}

TEST_F(TransferTest, TheLimitHoldsForWhatAGzipBombUnpacksTo) {
  const std::string bomb(16 << 20, '\0');
  imposter_.Reply(ScriptedReply::Json(bomb).Gzipped());
  const HttpResult result = Send({.url = imposter_.url(), .max_reply_bytes = 1 << 20});
  EXPECT_EQ(result.failure, TransportFailure::kTooLarge) << result.message;
  EXPECT_LE(result.reply.body.capacity(), size_t{4} << 20U);
}

TEST_F(TransferTest, MoreHeadersThanAnybodyNeedsAreRefused) {
  ScriptedReply reply = ScriptedReply::Json("{}");
  for (int i = 0; i < 1'000; ++i) reply.With("x-filler", std::string(100, 'x'));
  imposter_.Reply(reply);
  const HttpResult result = Send({.url = imposter_.url()});
  EXPECT_EQ(result.failure, TransportFailure::kTooLarge) << result.message;
  EXPECT_NE(result.message.find("headers"), std::string::npos) << result.message;
}

TEST_F(TransferTest, TellsAnUnknownNameFromARefusedConnection) {
  const HttpResult unknown = Send({.url = "http://" + NoSuchHost() + "/v1?key=secret"});
  EXPECT_EQ(unknown.failure, TransportFailure::kDns) << unknown.message;
  EXPECT_EQ(unknown.message, "no address found for " + NoSuchHost());

  std::string url;
  {
    const HttpImposter gone;
    url = gone.url();
  }
  const HttpResult refused = Send({.url = url + "/v1?key=secret"});
  EXPECT_EQ(refused.failure, TransportFailure::kRefused) << refused.message;
  EXPECT_NE(refused.message.find("Connection refused"), std::string::npos) << refused.message;
  EXPECT_EQ(refused.message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace extractd::net
