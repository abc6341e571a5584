#include "server/providers/http_stream.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::providers {
namespace {

using net::BodySink;

// Every event is a piece of text; "end" is the last one, "fail" a failure.
class EchoDecoder final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    if (event.data == "end" || event.data == "fail") {
      ended_ = event.data == "end";
      failed_ = !ended_;
      return false;
    }
    if (event.data == "usage") {
      result_.reply.usage.input_tokens = 7;
      return true;
    }
    sink.OnText(event.data);
    result_.reply.message.text += event.data;
    return true;
  }
  SendResult Finish() override {
    if (failed_) return {.failure = SendFailure::kServerError, .message = "in the stream"};
    if (!ended_) {
      return {.failure = SendFailure::kMalformed, .reply = result_.reply, .message = "no end"};
    }
    return result_;
  }

 private:
  SendResult result_;
  bool ended_ = false;
  bool failed_ = false;
};

class EchoDialect final : public Dialect {
 public:
  std::string_view name() const override { return "echo"; }
  std::string Path(const ProviderRow&, const ChatRequest&) const override { return "/"; }
  absl::StatusOr<std::string> EncodeBody(const ProviderRow&, const ModelFamily&, const ChatRequest&)
      const override {
    return "{}";
  }
  SendResult Decode(int, std::string_view, HeaderOf) const override { return {}; }
  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return std::make_unique<EchoDecoder>();
  }
};

class TextSink final : public StreamSink {
 public:
  void OnText(std::string_view piece) override { texts.emplace_back(piece); }
  void OnArguments(size_t, std::string_view, std::string_view) override {}
  void OnThinking(std::string_view) override {}
  Wish OnPieceEnd() override {
    ++pieces;
    return wish;
  }
  std::vector<std::string> texts;
  int pieces = 0;
  Wish wish = Wish::kMore;
};

class HttpStreamTest : public ::testing::Test {
 protected:
  static net::HttpReply Head(int status, std::string type = "text/event-stream") {
    return {.status = status, .headers = {{"content-type", std::move(type)}}};
  }

  EchoDialect dialect_;
  TextSink sink_;
  HttpStream stream_{dialect_, sink_};
};

TEST_F(HttpStreamTest, EventsReachTheSinkAndEachPieceOfTheBodyIsToldOnce) {
  ASSERT_TRUE(stream_.Wants(Head(200)));
  EXPECT_EQ(stream_.OnBody("data: a\n\ndata: b\n\nda").wish, BodySink::Wish::kMore);
  EXPECT_EQ(sink_.texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(sink_.pieces, 1);
  EXPECT_EQ(stream_.OnBody("ta: end\n\n").wish, BodySink::Wish::kEnough);
  const SendResult result = stream_.Finish();
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.reply.message.text, "ab");
}

TEST_F(HttpStreamTest, OnlyEventsAreSignsOfLife) {
  stream_.Wants(Head(200));
  EXPECT_FALSE(stream_.OnBody(": wait\n\n").alive);
  EXPECT_FALSE(stream_.OnBody("data: a").alive);
  EXPECT_TRUE(stream_.OnBody("\n\n").alive);
  EXPECT_EQ(sink_.pieces, 1);
}

TEST_F(HttpStreamTest, WhatComesBeforeTheFirstTokenDoesNotEndTheWaitForIt) {
  stream_.Wants(Head(200));
  EXPECT_FALSE(stream_.OnBody("data: usage\n\n").alive);
  EXPECT_TRUE(stream_.OnBody("data: a\n\n").alive);
  EXPECT_TRUE(stream_.OnBody("data: usage\n\n").alive);
}

TEST_F(HttpStreamTest, ErrorsAndWholeAnswersAreNotStreamed) {
  EXPECT_FALSE(stream_.Wants(Head(429)));
  EXPECT_FALSE(stream_.Wants(Head(200, "application/json; charset=utf-8")));
  EXPECT_FALSE(stream_.streamed());
  EXPECT_TRUE(stream_.Wants(Head(200, "")));
  EXPECT_TRUE(stream_.streamed());
}

TEST_F(HttpStreamTest, TheWishOfTheSinkReachesTheSocket) {
  stream_.Wants(Head(200));
  sink_.wish = StreamSink::Wish::kPause;
  EXPECT_EQ(stream_.OnBody("data: a\n\n").wish, BodySink::Wish::kPause);
  sink_.wish = StreamSink::Wish::kStop;
  EXPECT_EQ(stream_.OnBody("data: a\n\n").wish, BodySink::Wish::kStop);
}

TEST_F(HttpStreamTest, AnErrorInTheStreamIsAFailure) {
  stream_.Wants(Head(200));
  stream_.OnBody("data: a\n\ndata: fail\n\n");
  EXPECT_EQ(stream_.Finish().failure, SendFailure::kServerError);
}

TEST_F(HttpStreamTest, ALastEventWithoutItsEndMarkCounts) {
  stream_.Wants(Head(200));
  stream_.OnBody("data: a\n\ndata: end");
  EXPECT_TRUE(stream_.Finish().ok());
}

TEST_F(HttpStreamTest, WhatABrokenStreamHadReportedIsKnown) {
  stream_.Wants(Head(200));
  stream_.OnBody("data: usage\n\ndata: a\n\n");
  EXPECT_EQ(stream_.UsageSoFar().input_tokens, 7);
}

TEST_F(HttpStreamTest, AnEventThatIsTooLargeEndsTheStream) {
  stream_.Wants(Head(200));
  stream_.OnBody("data: ");
  const std::string piece(size_t{1} << 20U, 'x');
  BodySink::Wish wish = BodySink::Wish::kMore;
  for (int i = 0; i < 9 && wish == BodySink::Wish::kMore; ++i) wish = stream_.OnBody(piece).wish;
  EXPECT_EQ(wish, BodySink::Wish::kStop);
  EXPECT_EQ(stream_.Finish().failure, SendFailure::kTooLarge);
}

TEST(NewEventReaderTest, EveryFramingIsRead) {
  for (const StreamFraming framing :
       {StreamFraming::kServerSentEvents,
        StreamFraming::kJsonLines,
        StreamFraming::kJsonArray,
        StreamFraming::kAwsEventStream}) {
    EXPECT_NE(NewEventReader(framing), nullptr);
  }
}

}  // namespace
}  // namespace extractd::providers
