#include "server/providers/dialects/anthropic/content.h"

#include <vector>

#include <gtest/gtest.h>

namespace extractd::providers::anthropic {
namespace {

std::string Chat(const std::vector<Message>& messages) {
  json::TextWriter out;
  out.BeginObject();
  const absl::Status written = WriteChat(messages, "acme", out);
  EXPECT_TRUE(written.ok()) << written;
  out.EndObject();
  return out.text();
}

Message User(std::string text) {
  return {.role = Role::kUser, .text = std::move(text)};
}
Message Model(std::string text) {
  return {.role = Role::kAssistant, .text = std::move(text)};
}

TEST(AnthropicContentTest, SystemTextsStandApartWhereverTheyWereSaid) {
  EXPECT_EQ(
      Chat({{.role = Role::kSystem, .text = "A"}, User("u"), {.role = Role::kSystem, .text = "B"}}),
      R"({"system":"A\n\nB","messages":[{"role":"user","content":"u"}]})"
  );
}

TEST(AnthropicContentTest, MessagesOfOneSideAreOneTurn) {
  EXPECT_EQ(
      Chat({User("a"), User("b"), Model("c"), Model("d"), User("e")}),
      R"({"messages":[)"
      R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]},)"
      R"({"role":"user","content":"e"}]})"
  );
}

TEST(AnthropicContentTest, BlankMessagesAreLeftOut) {
  EXPECT_EQ(
      Chat({User("a"), Model(" \n"), User("b")}),
      R"({"messages":[)"
      R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]})"
  );
}

TEST(AnthropicContentTest, TheUserHasTheLastWord) {
  constexpr std::string_view kEnd = R"({"role":"user","content":[{"type":"text","text":)"
                                    R"("Extract the data from the conversation."}]}]})";
  EXPECT_TRUE(Chat({User("a"), Model("b")}).ends_with(kEnd));
  EXPECT_TRUE(Chat({{.role = Role::kSystem, .text = "A"}}).ends_with(kEnd));
  EXPECT_FALSE(Chat({Model("b"), User("a")}).ends_with(kEnd));
}

TEST(AnthropicContentTest, ResultsComeFirstAndNoCallStaysOpen) {
  const Message calls = {
      .role = Role::kAssistant,
      .text = "well",
      .tool_calls = {{"t1", "f", R"({"a":1})"}, {"t2", "g", "{}"}},
  };
  EXPECT_EQ(
      Chat(
          {User("u"), calls, User("more"), {.role = Role::kTool, .text = "r", .tool_call_id = "t2"}}
      ),
      R"({"messages":[{"role":"user","content":"u"},)"
      R"({"role":"assistant","content":[{"type":"text","text":"well"},)"
      R"({"type":"tool_use","id":"t1","name":"f","input":{"a":1}},)"
      R"({"type":"tool_use","id":"t2","name":"g","input":{}}]},)"
      R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","content":"r"},)"
      R"({"type":"tool_result","tool_use_id":"t1","content":"This call was not answered.",)"
      R"("is_error":true},{"type":"text","text":"more"}]}]})"
  );
  const std::string open = Chat({User("u"), calls, User("just text")});
  EXPECT_NE(open.find(R"("content":[{"type":"tool_result","tool_use_id":"t1")"), std::string::npos)
      << open;
  const std::string last = Chat({User("u"), calls});
  EXPECT_NE(last.find(R"({"role":"user","content":[{"type":"tool_result")"), std::string::npos)
      << last;
}

TEST(AnthropicContentTest, InputIsAlwaysAnObject) {
  EXPECT_EQ(InputOf(R"({"a":4.0})"), R"({"a":4.0})");
  EXPECT_EQ(InputOf(""), "{}");
  EXPECT_EQ(InputOf(R"({"a":)"), R"({"arguments":"{\"a\":"})");
  EXPECT_EQ(InputOf("[1]"), R"({"arguments":"[1]"})");
}

TEST(AnthropicContentTest, MediaStandWhereTheyWereInTheText) {
  Message message = User("see  and this");
  message.media = {
      {.kind = MediaKind::kImage, .content = "\x89PNG", .media_type = "image/png", .text_offset = 4
      },
      {.kind = MediaKind::kDocument,
       .source = MediaSource::kUrl,
       .content = "https://x.example/y.pdf",
       .filename = "y.pdf",
       .text_offset = 99},
  };
  EXPECT_EQ(
      Chat({message}),
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"see "},)"
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw=="}},)"
      R"({"type":"text","text":" and this"},)"
      R"({"type":"document","source":{"type":"url","url":"https://x.example/y.pdf"},)"
      R"("title":"y.pdf"}]}]})"
  );
}

}  // namespace
}  // namespace extractd::providers::anthropic
