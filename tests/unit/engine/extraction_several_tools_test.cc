// A call with several tools: its turns, and what is kept between them.
#include "tests/unit/engine/extraction_fixture.h"

namespace extractd {
namespace {

// The calls of one reply.
SendResult CallsOf(std::vector<ToolCall> calls) {
  SendResult result = Calls("");
  result.reply.message.tool_calls = std::move(calls);
  return result;
}

class SeveralToolsTest : public ExtractionTest {
 protected:
  SeveralToolsTest() {
    plan_.handler = std::make_shared<const Handler>(Handler{
        .row = plan_.handler->row,
        .mode = FindModeHandler("PARALLEL_TOOLS"),
    });
    plan_.output_kind = OutputKind::kParallel;
    plan_.tools = {
        {.name = "age", .schema = plan_.schema},
        {.name = "note", .schema = *schema::Prepare(R"({"type":"object"})", {})},
    };
  }
};

TEST_F(SeveralToolsTest, EveryCallOfAReplyIsAnItem) {
  const Extraction result =
      RunScript({CallsOf({{"1", "note", R"({"t":1})"}, {"2", "age", R"({"age":40})"}})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.answer.items.size(), 2U);
  EXPECT_EQ(result.answer.items[0].tool, "note");
  EXPECT_EQ(result.answer.items[1].json, R"({"age":40})");
}

TEST_F(SeveralToolsTest, OneBadCallIsAskedForAgainAndEveryCallIsAnswered) {
  const Extraction result = RunScript(
      {CallsOf({{"1", "age", R"({"age":"forty"})"}, {"2", "note", "{}"}}),
       CallsOf({{"3", "age", R"({"age":"41"x})"}}),
       CallsOf({{"4", "age", R"({"age":40})"}})}
  );
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.answer.items.size(), 2U);
  EXPECT_EQ(result.answer.items[0].json, R"({"age":40})") << "in the place of the bad one";
  EXPECT_EQ(result.attempts[0].issues.listed[0].path, "/0/age");
  const std::vector<Message>& second = seen_.encoded.at(1).messages;
  ASSERT_EQ(second.size(), 4U);
  EXPECT_TRUE(second[2].tool_failed);
  EXPECT_FALSE(second[3].tool_failed) << "the good call is kept";
  EXPECT_EQ(seen_.encoded.at(2).messages.size(), 6U)
      << "the model must see which calls were accepted before";
}

TEST_F(SeveralToolsTest, NoCallAtAllIsAskedForAgain) {
  SendResult words = Calls("");
  words.reply.message = {.role = Role::kAssistant, .text = "Nothing to do."};
  const Extraction result = RunScript({words, CallsOf({{"1", "note", "{}"}})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.answer.items.size(), 1U);
}

}  // namespace
}  // namespace extractd
