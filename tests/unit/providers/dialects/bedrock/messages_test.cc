#include "server/providers/dialects/bedrock/messages.h"

#include <utility>

#include <gtest/gtest.h>

namespace extractd::providers::bedrock_converse {
namespace {

std::string Written(const std::vector<Message>& messages) {
  json::TextWriter out;
  out.BeginObject();
  WriteConversation(messages, out);
  out.EndObject();
  return std::move(out).Take();
}

TEST(BedrockMessagesTest, SystemTextsStandApart) {
  EXPECT_EQ(
      Written({
          {.role = Role::kSystem, .text = "Be exact."},
          {.role = Role::kUser, .text = "Ann\nis 40."},
          {.role = Role::kSystem, .text = "As JSON."},
      }),
      R"({"messages":[{"role":"user","content":[{"text":"Ann\nis 40."}]}],)"
      R"("system":[{"text":"Be exact."},{"text":"As JSON."}]})"
  );
}

TEST(BedrockMessagesTest, NeighboursOfOneSideBecomeOneTurn) {
  EXPECT_EQ(
      Written({
          {.role = Role::kUser, .text = "a"},
          {.role = Role::kUser, .text = "b"},
          {.role = Role::kAssistant, .text = "c"},
          {.role = Role::kUser, .text = "d"},
      }),
      R"({"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"}]},)"
      R"({"role":"assistant","content":[{"text":"c"}]},)"
      R"({"role":"user","content":[{"text":"d"}]}]})"
  );
}

TEST(BedrockMessagesTest, ResultsOfToolsComeFromTheUserAndBeforeItsText) {
  EXPECT_EQ(
      Written({
          {.role = Role::kUser, .text = "go"},
          {.role = Role::kAssistant,
           .text = "I call",
           .tool_calls = {{"t1", "f", R"({"a":1})"}, {"t2", "f", "broken"}}},
          {.role = Role::kTool, .text = "wrong", .tool_call_id = "t1", .tool_failed = true},
          {.role = Role::kTool, .text = "fine", .tool_call_id = "t2"},
          {.role = Role::kUser, .text = "again"},
      }),
      R"({"messages":[{"role":"user","content":[{"text":"go"}]},)"
      R"({"role":"assistant","content":[{"text":"I call"},)"
      R"({"toolUse":{"toolUseId":"t1","name":"f","input":{"a":1}}},)"
      R"({"toolUse":{"toolUseId":"t2","name":"f","input":{"arguments":"broken"}}}]},)"
      R"({"role":"user","content":[)"
      R"({"toolResult":{"toolUseId":"t1","content":[{"text":"wrong"}],"status":"error"}},)"
      R"({"toolResult":{"toolUseId":"t2","content":[{"text":"fine"}]}},{"text":"again"}]}]})"
  );
}

TEST(BedrockMessagesTest, AReplyIsEchoedAsTheProviderWroteIt) {
  const std::string echo =
      R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},{"text":"x"})";
  const std::string written = Written({
      {.role = Role::kUser, .text = "go"},
      {.role = Role::kAssistant, .text = "not this", .verbatim = "[" + echo + "]"},
      {.role = Role::kUser, .text = "again"},
  });
  EXPECT_NE(written.find(R"({"role":"assistant","content":[)" + echo + "]}"), std::string::npos)
      << written;
  EXPECT_EQ(written.find("not this"), std::string::npos);
}

TEST(BedrockMessagesTest, ThoughtsThatACallerBringsBackGoFirstIfTheyAreSigned) {
  const std::string written = Written({
      {.role = Role::kUser, .text = "go"},
      {.role = Role::kAssistant,
       .text = "x",
       .thinking = {{.text = "hm", .opaque = "sig"}, {.opaque = "cmVk"}, {.text = "unsigned"}}},
      {.role = Role::kUser, .text = "again"},
  });
  EXPECT_NE(
      written.find(R"([{"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},)"
                   R"({"reasoningContent":{"redactedContent":"cmVk"}},{"text":"x"}])"),
      std::string::npos
  ) << written;
}

// The API refuses blank texts and empty messages.
TEST(BedrockMessagesTest, WhatIsBlankIsLeftOut) {
  EXPECT_EQ(
      Written({
          {.role = Role::kSystem, .text = " "},
          {.role = Role::kUser, .text = "a"},
          {.role = Role::kAssistant, .text = "\n"},
          {.role = Role::kUser, .text = "b"},
      }),
      R"({"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"}]}]})"
  );
  EXPECT_NE(
      Written({{.role = Role::kTool, .tool_call_id = "t"}}).find(R"("content":[{"json":{}}])"),
      std::string::npos
  );
}

TEST(BedrockMessagesTest, MediaStandWhereTheTextHasThem) {
  const Media image = {.content = "abc", .media_type = "image/png", .text_offset = 4};
  EXPECT_EQ(
      Written({{.role = Role::kUser, .text = "see this", .media = {image}}}),
      R"({"messages":[{"role":"user","content":[{"text":"see "},)"
      R"({"image":{"format":"png","source":{"bytes":"YWJj"}}},{"text":"this"}]}]})"
  );
  Media far = image;
  far.text_offset = 1'000;
  EXPECT_NE(
      Written({{.role = Role::kUser, .text = "x", .media = {far}}}
      ).find(R"([{"text":"x"},{"image")"),
      std::string::npos
  );
}

TEST(BedrockMessagesTest, ADocumentIsNamedOnceAndNeverAlone) {
  const Media document = {
      .kind = MediaKind::kDocument,
      .content = "abc",
      .media_type = "text/plain",
      .filename = "note.txt",
  };
  EXPECT_EQ(
      Written({{.role = Role::kUser, .media = {document, document}}}),
      R"({"messages":[{"role":"user","content":[)"
      R"({"document":{"format":"txt","name":"note","source":{"bytes":"YWJj"}}},)"
      R"-({"document":{"format":"txt","name":"note (2)","source":{"bytes":"YWJj"}}},)-"
      R"({"text":"See the document."}]}]})"
  );
}

TEST(BedrockMessagesTest, ToolsThatAreSpokenOfAreNamedOnce) {
  const std::vector<Message> messages = {
      {.role = Role::kAssistant, .tool_calls = {{"1", "f", "{}"}, {"2", "g", "{}"}}},
      {.role = Role::kAssistant, .tool_calls = {{"3", "f", "{}"}}},
  };
  EXPECT_EQ(ToolsSpokenOf(messages), (std::vector<std::string>{"f", "g"}));
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
