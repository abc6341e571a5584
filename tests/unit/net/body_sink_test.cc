#include "server/net/body_sink.h"

#include "tests/fakes/test_settings.h"
#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using fakes::HttpImposter, fakes::ScriptedReply;
using Wish = BodySink::Wish;

// Keeps what it gets, and wishes what a test tells it to.
class Keeper final : public BodySink {
 public:
  bool Wants(const HttpReply& head) override {
    status = head.status;
    return wants;
  }
  Taken OnBody(std::string_view bytes) override {
    ++pieces;
    body += bytes;
    return {wish(body), alive};
  }

  bool wants = true;
  bool alive = true;
  std::function<Wish(std::string_view body)> wish = [](std::string_view) { return Wish::kMore; };
  int status = 0;
  int pieces = 0;
  std::string body;
};

class BodySinkTest : public ClientTest {
 protected:
  RunningSend& StartStream(
      ScriptedReply reply, HttpTimers timers = {}, size_t max_bytes = 1U << 30U
  ) {
    imposter_.Reply(std::move(reply));
    return *Start(
        {.method = "POST",
         .url = imposter_.url(),
         .body = "{}",
         .timers = timers,
         .max_reply_bytes = max_bytes},
        keeper_
    );
  }
  size_t Sent() const { return imposter_.connections().at(0).sent; }

  HttpImposter imposter_;
  Keeper keeper_;
};

TEST_F(BodySinkTest, PiecesAreHandedOverAsTheyCome) {
  RunningSend& send = StartStream(ScriptedReply::EventStream("abcdef").Dripping(2, 30ms));
  ASSERT_TRUE(RunUntil([&] { return keeper_.body == "ab"; }));
  EXPECT_FALSE(send.result.has_value());
  const HttpResult& result = Finish(send);
  EXPECT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(keeper_.body, "abcdef");
  EXPECT_EQ(keeper_.pieces, 3);
  EXPECT_EQ(keeper_.status, 200);
  EXPECT_EQ(result.reply.body, "");
  EXPECT_EQ(result.reply.Header("content-type"), "text/event-stream");
}

TEST_F(BodySinkTest, ABodyThatItDoesNotWantIsCollected) {
  keeper_.wants = false;
  const HttpResult& result = Finish(StartStream(ScriptedReply::Status(429, "slow down")));
  EXPECT_EQ(result.reply.status, 429);
  EXPECT_EQ(result.reply.body, "slow down");
  EXPECT_EQ(keeper_.status, 429);
  EXPECT_EQ(keeper_.pieces, 0);
}

TEST_F(BodySinkTest, APauseHoldsTheSenderUp) {
  constexpr size_t kBody = size_t{32} << 20U;
  keeper_.wish = [](std::string_view) { return Wish::kPause; };
  RunningSend& send = StartStream(
      ScriptedReply::EventStream(std::string(kBody, 'x')).Dripping(64 << 10, 0ms), {.idle = 400ms}
  );
  ASSERT_TRUE(RunUntil([&] { return keeper_.pieces == 1; }));
  const auto until = std::chrono::steady_clock::now() + 800ms;
  RunUntil([&] { return std::chrono::steady_clock::now() > until; });
  EXPECT_EQ(keeper_.pieces, 1) << "nothing comes during a pause";
  EXPECT_FALSE(send.result.has_value()) << "and it is nobody's silence";
  const size_t sent = Sent();
  EXPECT_LT(sent, kBody / 2) << "the sockets between take some";

  keeper_.wish = [](std::string_view) { return Wish::kMore; };
  keeper_.Resume();
  const HttpResult& result = Finish(send);
  EXPECT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(keeper_.body.size(), kBody);
  EXPECT_EQ(keeper_.body.find_first_not_of('x'), std::string::npos);
}

TEST_F(BodySinkTest, EveryPieceMayBeFollowedByAPause) {
  const std::string body(200'000, 'y');
  keeper_.wish = [](std::string_view) { return Wish::kPause; };
  RunningSend& send = StartStream(ScriptedReply::EventStream(body).Gzipped());
  int resumed = 0;
  ASSERT_TRUE(RunUntil([&] {
    if (keeper_.pieces > resumed) {
      ++resumed;
      keeper_.Resume();
    }
    return send.result.has_value();
  }));
  EXPECT_TRUE(send.result->ok()) << send.result->message;
  EXPECT_EQ(keeper_.body, body);
}

TEST_F(BodySinkTest, ACancelDuringAPauseClosesTheSocket) {
  keeper_.wish = [](std::string_view) { return Wish::kPause; };
  RunningSend& send = StartStream(ScriptedReply::EventStream("abc").StallAfter(2));
  ASSERT_TRUE(RunUntil([&] { return keeper_.pieces == 1; }));
  EXPECT_EQ(Cancel(send).failure, TransportFailure::kCancelled);
  EXPECT_TRUE(imposter_.WaitForPeersToClose(1));
  keeper_.Resume();  // of nothing
}

TEST_F(BodySinkTest, AStopClosesTheSocketAndEndsWell) {
  keeper_.wish = [](std::string_view) { return Wish::kStop; };
  RunningSend& send =
      StartStream(ScriptedReply::EventStream(std::string(100'000, 'x')).Dripping(10, 300ms));
  const HttpResult& result = Finish(send);
  EXPECT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.status, 200);
  EXPECT_TRUE(imposter_.WaitForPeersToClose(1));
  EXPECT_LE(Sent(), 30U);
}

TEST_F(BodySinkTest, AStopBehindAPauseEndsWellToo) {
  keeper_.wish = [](std::string_view body) { return body.size() > 2 ? Wish::kStop : Wish::kPause; };
  RunningSend& send =
      StartStream(ScriptedReply::EventStream("abcd").Dripping(2, 20ms).StallAfter(4));
  ASSERT_TRUE(RunUntil([&] { return keeper_.pieces == 1; }));
  ASSERT_TRUE(RunUntil([&] { return Sent() == 4; }));
  RunUntil([until = std::chrono::steady_clock::now() + 50ms] {
    return std::chrono::steady_clock::now() > until;
  });
  keeper_.Resume();
  EXPECT_TRUE(Finish(send).ok());
  EXPECT_TRUE(imposter_.WaitForPeersToClose(1));
}

TEST_F(BodySinkTest, TheConnectionIsKeptWhenTheRestEndsSoon) {
  keeper_.wish = [](std::string_view) { return Wish::kEnough; };
  RunningSend& send = StartStream(ScriptedReply::EventStream("abcd").Dripping(2, 20ms));
  EXPECT_TRUE(Finish(send).ok());
  EXPECT_EQ(keeper_.body, "ab");
  EXPECT_EQ(imposter_.open_connections(), 1U);
}

TEST_F(BodySinkTest, ARestThatDoesNotEndIsLeft) {
  keeper_.wish = [](std::string_view) { return Wish::kEnough; };
  RunningSend& send = StartStream(ScriptedReply::EventStream("abcd").StallAfter(2));
  const auto begin = std::chrono::steady_clock::now();
  const HttpResult& result = Finish(send);
  EXPECT_TRUE(result.ok()) << result.message;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 200ms + AtOnce());
  EXPECT_TRUE(imposter_.WaitForPeersToClose(1));
}

TEST_F(BodySinkTest, ABreakInARestThatDoesNotCountIsNoFailure) {
  keeper_.wish = [](std::string_view) { return Wish::kEnough; };
  EXPECT_TRUE(Finish(StartStream(ScriptedReply::EventStream("abcd").ResetAfter(2))).ok());
}

TEST_F(BodySinkTest, ABreakInTheBodyIsAReset) {
  const HttpResult& result = Finish(StartStream(ScriptedReply::EventStream("abcd").CutAfter(2)));
  EXPECT_EQ(result.failure, TransportFailure::kReset);
  EXPECT_EQ(keeper_.body, "ab");
}

TEST_F(BodySinkTest, AHeadIsNoFirstByte) {
  RunningSend& send =
      StartStream(ScriptedReply::EventStream("abcd").StallAfter(0), {.first_byte = 60ms});
  EXPECT_EQ(Finish(send).failure, TransportFailure::kFirstByteTimeout);
}

TEST_F(BodySinkTest, BytesThatAreNoSignOfLifeStopNoTimer) {
  keeper_.alive = false;
  const auto drip = ScriptedReply::EventStream(std::string(1'000, ':')).Dripping(1, 10ms);
  EXPECT_EQ(
      Finish(StartStream(drip, {.first_byte = 100ms})).failure, TransportFailure::kFirstByteTimeout
  );
}

TEST_F(BodySinkTest, SilenceAfterASignOfLifeIsIdleness) {
  RunningSend& send = StartStream(
      ScriptedReply::EventStream("abcd").StallAfter(2), {.first_byte = 5s, .idle = 60ms}
  );
  EXPECT_EQ(Finish(send).failure, TransportFailure::kIdleTimeout);
}

TEST_F(BodySinkTest, ABodyAboveTheLimitIsCutOff) {
  RunningSend& send =
      StartStream(ScriptedReply::EventStream("abcdef").Chunked().Dripping(8, 5ms), {}, 3);
  const HttpResult& result = Finish(send);
  EXPECT_EQ(result.failure, TransportFailure::kTooLarge);
  EXPECT_LE(keeper_.body.size(), 3U);
}

}  // namespace
}  // namespace extractd::net
