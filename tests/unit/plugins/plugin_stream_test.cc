#include "server/plugins/plugin_stream.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/kept_deltas.h"

namespace extractd::plugins {
namespace {

// Plays a plug-in that takes events for what they add.
struct Counts {
  int begun = 0;
  int ended = 0;
  bool begins = true;
};
void* Begin(void* self) {
  auto& counts = *static_cast<Counts*>(self);
  ++counts.begun;
  return counts.begins ? self : nullptr;
}
void End(void* stream) {
  ++static_cast<Counts*>(stream)->ended;
}
int Read(void*, extractd_text, extractd_text data, extractd_output* added) {
  if (std::string_view(data.data, data.size) == "throw") throw std::runtime_error("thrown");
  return added->write(added, data.data, data.size);
}

class PluginStreamTest : public testing::Test {
 protected:
  SendResult Whole(const std::vector<std::string>& events) {
    PluginStream stream("plug-in 'acme'", table_);
    return fakes::ReadStream(stream, events, told_);
  }

  Counts counts_;
  extractd_dialect table_ = {
      .name = "acme",
      .self = &counts_,
      .encode = nullptr,
      .decode = nullptr,
      .framing = EXTRACTD_FRAMING_JSON_LINES,
      .stream_begin = Begin,
      .stream_end = End,
      .stream_read = Read,
  };
  fakes::KeptDeltas told_;
};

TEST_F(PluginStreamTest, PiecesAreToldAndAddUpToTheReply) {
  const SendResult result = Whole({
      R"({"reply":{"usage":{"input_tokens":7}}})",
      R"({"reply":{"thinking":[{"text":"h"}]}})",
      R"({"reply":{"thinking":[{"text":"m","opaque":"sig"}],"text":"on"}})",
      "",
      R"({"reply":{"text":"ce","citations":[{"url":"u"}],"usage":{"output_tokens":1}}})",
      R"({"reply":{"finish_reason":"stop","usage":{"output_tokens":2}}})",
  });
  ASSERT_TRUE(result.ok()) << result.message;
  const ChatReply& reply = result.reply;
  EXPECT_EQ(told_.text, "once");
  EXPECT_EQ(told_.thinking, "hm");
  EXPECT_EQ(reply.message.text, "once");
  ASSERT_EQ(reply.message.thinking.size(), 1U);
  EXPECT_EQ(reply.message.thinking[0].text, "hm");
  EXPECT_EQ(reply.message.thinking[0].opaque, "sig");
  EXPECT_EQ(reply.citations.at(0).url, "u");
  EXPECT_EQ(reply.usage.input_tokens, 7);
  EXPECT_EQ(reply.usage.output_tokens, 2) << "counts are of the whole reply, not pieces";
  EXPECT_EQ(counts_.begun, 1);
  EXPECT_EQ(counts_.ended, 1);
}

TEST_F(PluginStreamTest, CallsGrowByTheirIndex) {
  const SendResult result = Whole({
      R"({"reply":{"tool_calls":[{"id":"c1","name":"a","arguments":"{"}]}})",
      R"({"reply":{"tool_calls":[{"index":1,"name":"b","arguments":"[]"},{"index":0,"arguments":"}"}]}})",
      R"({"last":true})",
      R"({"reply":{"text":"never read"}})",
  });
  ASSERT_TRUE(result.ok()) << result.message;
  const auto& calls = result.reply.message.tool_calls;
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].id, "c1");
  EXPECT_EQ(calls[0].arguments, "{}");
  EXPECT_EQ(calls[1].name, "b");
  EXPECT_EQ(told_.calls.at(0).arguments, "{}");
  EXPECT_EQ(told_.calls.at(0).tool, "a");
  EXPECT_EQ(told_.calls.at(1).arguments, "[]");
  EXPECT_EQ(told_.text, "");
}

TEST_F(PluginStreamTest, AFailureKeepsTheTokensThatWereUsed) {
  const SendResult result = Whole(
      {R"({"reply":{"text":"x","usage":{"input_tokens":7}}})",
       R"({"failure":"server_error","message":"overheated"})",
       R"({"reply":{"text":"y","finish_reason":"stop"}})"}
  );
  EXPECT_EQ(result.failure, SendFailure::kServerError);
  EXPECT_EQ(result.message, "overheated");
  EXPECT_EQ(result.reply.usage.input_tokens, 7);
  EXPECT_EQ(told_.text, "x");
}

TEST_F(PluginStreamTest, AStreamWithoutAnEndWasCutAndMayBeAskedForAgain) {
  const SendResult result = Whole({R"({"reply":{"text":"x"}})"});
  EXPECT_EQ(result.failure, SendFailure::kMalformed);
  EXPECT_FALSE(result.final);
  EXPECT_EQ(Whole({}).failure, SendFailure::kMalformed);
}

TEST_F(PluginStreamTest, NonsenseIsMalformedForGoodAndNamesThePlugin) {
  for (const auto* event :
       {"throw",
        "7",
        R"({"reply":[]})",
        R"({"reply":{"tool_calls":[{"index":1}]}})",
        R"({"failure":"boredom"})"}) {
    const SendResult result = Whole({event, R"({"last":true})"});
    EXPECT_EQ(result.failure, SendFailure::kMalformed) << event;
    EXPECT_TRUE(result.final) << event;
    EXPECT_TRUE(result.message.starts_with("plug-in 'acme': ")) << result.message;
  }
  EXPECT_EQ(counts_.begun, counts_.ended);
}

TEST_F(PluginStreamTest, AStreamThatCannotBeBegunIsMalformed) {
  counts_.begins = false;
  EXPECT_NE(
      Whole({R"({"last":true})"}).message.find("stream_begin gave no stream"), std::string::npos
  );
  EXPECT_EQ(counts_.ended, 0);
}

TEST_F(PluginStreamTest, NothingIsBegunWithoutAnEvent) {
  Whole({});
  EXPECT_EQ(counts_.begun, 0);
}

TEST_F(PluginStreamTest, WithoutABeginningItGetsSelf) {
  table_.stream_begin = nullptr;
  table_.stream_end = nullptr;
  table_.stream_read = [](void* stream, extractd_text, extractd_text, extractd_output*) {
    ++static_cast<Counts*>(stream)->begun;
    return 0;
  };
  Whole({"a", "b"});
  EXPECT_EQ(counts_.begun, 2);
}

TEST(FramingOfTest, EveryFramingOfTheHeaderIsKnown) {
  EXPECT_EQ(FramingOf(EXTRACTD_FRAMING_EVENT_STREAM), StreamFraming::kServerSentEvents);
  EXPECT_EQ(FramingOf(EXTRACTD_FRAMING_JSON_LINES), StreamFraming::kJsonLines);
  EXPECT_EQ(FramingOf(EXTRACTD_FRAMING_JSON_ARRAY), StreamFraming::kJsonArray);
  EXPECT_EQ(FramingOf(EXTRACTD_FRAMING_AWS_EVENT_STREAM), StreamFraming::kAwsEventStream);
  EXPECT_EQ(FramingOf(4), std::nullopt);
  EXPECT_EQ(FramingOf(-1), std::nullopt);
}

}  // namespace
}  // namespace extractd::plugins
