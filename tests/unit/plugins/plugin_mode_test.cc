#include "server/plugins/plugin_mode.h"

#include <string_view>

#include <gtest/gtest.h>

namespace extractd::plugins {
namespace {

constexpr SchemaText kSchema = {.name = "answer", .json = R"({"const":"{issues}"})"};

int FindSecondHalf(void*, extractd_text text, size_t* begin, size_t* end) {
  *begin = text.size / 2;
  *end = text.size;
  return 0;
}
int FindNothing(void*, extractd_text, size_t*, size_t*) {
  return 1;
}
int FindBackwards(void*, extractd_text text, size_t* begin, size_t* end) {
  *begin = text.size;
  *end = 0;
  return 0;
}
int FindBeyond(void*, extractd_text text, size_t*, size_t* end) {
  *end = text.size + 1;
  return 0;
}

class PluginModeTest : public testing::Test {
 protected:
  const ModeHandler& Handler() {
    mode_ = MakeMode(table_);
    return *mode_.handler;
  }
  absl::StatusOr<std::string> Find(const std::string& text) {
    const ChatReply reply = {.message = {.role = Role::kAssistant, .text = text}};
    const auto found = Handler().Find(reply);
    if (!found.ok()) return found.status();
    return std::string(*found);
  }

  extractd_mode table_ = {
      .name = "HALF",
      .description = "The second half.",
      .self = nullptr,
      .answer = EXTRACTD_ANSWER_TEXT,
      .instruction = "as {schema}, in short {outline}",
      .correction = "wrong: {issues}",
      .find = FindSecondHalf,
  };
  PluginMode mode_;
};

TEST_F(PluginModeTest, TheInstructionHoldsTheSchemaAndItsOutline) {
  ChatRequest request = {.messages = {{.text = "Ada is 36"}}};
  Handler().Ask(kSchema, {.outline = "name, age"}, request);
  EXPECT_EQ(Handler().traits().name, "HALF");
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].text, R"(as {"const":"{issues}"}, in short name, age)");
  EXPECT_EQ(request.format, AnswerFormat::kText);
}

TEST_F(PluginModeTest, JsonObjectsAreAskedOfTheProvider) {
  table_.answer = EXTRACTD_ANSWER_JSON_OBJECT;
  ChatRequest request = {.messages = {{.text = "Ada is 36"}}};
  Handler().Ask(kSchema, {}, request);
  EXPECT_EQ(request.format, AnswerFormat::kJsonObject);
  EXPECT_TRUE(Handler().traits().object_root_only);
}

TEST_F(PluginModeTest, TheAnswerIsWhatThePluginFinds) {
  EXPECT_EQ(*Find("abcd"), "cd");
  table_.find = nullptr;
  EXPECT_EQ(*Find("abcd"), "abcd");
}

TEST_F(PluginModeTest, ThereIsNoAnswerWhereItFindsNoneOrPointsOutside) {
  EXPECT_TRUE(absl::IsNotFound(Find("").status()));
  for (const auto find : {FindNothing, FindBackwards, FindBeyond}) {
    table_.find = find;
    EXPECT_TRUE(absl::IsNotFound(Find("abcd").status()));
  }
}

TEST_F(PluginModeTest, ACorrectionNamesWhatIsWrong) {
  const ChatReply reply = {.message = {.role = Role::kAssistant, .text = "no"}};
  schema::IssueList issues;
  issues.listed.push_back({.keyword = "syntax", .message = "it is no JSON"});
  issues.total = 1;
  ChatRequest request = {.messages = {{.text = "Ada is 36"}}};
  Handler().Reask(reply, issues, request);
  EXPECT_EQ(request.messages.back().role, Role::kUser);
  EXPECT_TRUE(request.messages.back().text.starts_with("wrong: ")) << request.messages.back().text;
  EXPECT_NE(request.messages.back().text.find("it is no JSON"), std::string::npos);
  table_.correction = nullptr;
  Handler().Reask(reply, issues, request);
  EXPECT_NE(request.messages.back().text.find("it is no JSON"), std::string::npos);
}

TEST_F(PluginModeTest, AToolIsForcedAndItsCallAnswered) {
  table_ = {
      .name = "CALL",
      .description = "x",
      .self = nullptr,
      .answer = EXTRACTD_ANSWER_TOOL,
      .instruction = "call it",
      .correction = nullptr,
      .find = nullptr
  };
  ChatRequest request = {.messages = {{.text = "Ada is 36"}}};
  Handler().Ask(kSchema, {}, request);
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(request.tool_use, ToolUse::kForced);
  EXPECT_EQ(request.messages[0].text, "call it");
  const ChatReply reply = {
      .message = {.role = Role::kAssistant, .tool_calls = {{"c1", "answer", "{}"}}}
  };
  EXPECT_EQ(*Handler().Find(reply), "{}");
  Handler().Reask(reply, {}, request);
  EXPECT_EQ(request.messages.back().tool_call_id, "c1");
}

}  // namespace
}  // namespace extractd::plugins
