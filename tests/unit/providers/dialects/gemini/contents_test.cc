#include "server/providers/dialects/gemini/contents.h"

#include <gtest/gtest.h>

namespace extractd::providers::gemini {
namespace {

std::string Chat(std::vector<Message> messages, const ContentsStyle& style = {}) {
  const ProviderRow row = {.base_url = "https://gemini.example/v1beta"};
  json::TextWriter out;
  out.BeginObject();
  WriteChat(row, {.messages = std::move(messages)}, style, out);
  return std::move(out.EndObject()).Take();
}

TEST(GeminiContentsTest, SystemMessagesStandApart) {
  EXPECT_EQ(
      Chat({
          {.role = Role::kSystem, .text = "Be exact."},
          {.role = Role::kUser, .text = "Ann\nis 40."},
          {.role = Role::kSystem, .text = "Be short."},
      }),
      R"({"systemInstruction":{"parts":[{"text":"Be exact."},{"text":"Be short."}]},)"
      R"("contents":[{"role":"user","parts":[{"text":"Ann\nis 40."}]}]})"
  );
}

TEST(GeminiContentsTest, SystemMessagesOpenTheChatOfACachedContent) {
  EXPECT_EQ(
      Chat(
          {{.role = Role::kUser, .text = "Ann is 40."}, {.role = Role::kSystem, .text = "Be exact."}
          },
          {.system_in_chat = true}
      ),
      R"({"contents":[{"role":"user","parts":[{"text":"Be exact."},{"text":"Ann is 40."}]}]})"
  );
}

TEST(GeminiContentsTest, TurnsOfOneRoleAreOne) {
  EXPECT_EQ(
      Chat({
          {.role = Role::kUser, .text = "a"},
          {.role = Role::kUser, .text = "b"},
          {.role = Role::kAssistant, .text = "c"},
          {.role = Role::kAssistant, .text = "d"},
          {.role = Role::kUser, .text = "e"},
      }),
      R"({"contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]},)"
      R"({"role":"model","parts":[{"text":"c"},{"text":"d"}]},)"
      R"({"role":"user","parts":[{"text":"e"}]}]})"
  );
}

TEST(GeminiContentsTest, TheUserSpeaksLast) {
  EXPECT_EQ(
      Chat({{.role = Role::kUser, .text = "a"}, {.role = Role::kAssistant, .text = "{"}}),
      R"({"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"{"}]},)"
      R"({"role":"user","parts":[{"text":"Answer now."}]}]})"
  );
  EXPECT_EQ(
      Chat({{.role = Role::kSystem, .text = "Invent a person."}}),
      R"({"systemInstruction":{"parts":[{"text":"Invent a person."}]},)"
      R"("contents":[{"role":"user","parts":[{"text":"Answer now."}]}]})"
  );
}

TEST(GeminiContentsTest, EmptyTextsAreNotSent) {
  EXPECT_EQ(
      Chat({{.role = Role::kUser, .text = "a"}, {.role = Role::kAssistant}, {.role = Role::kUser}}),
      R"({"contents":[{"role":"user","parts":[{"text":"a"}]}]})"
  );
}

TEST(GeminiContentsTest, MediaStandWhereTheyWereInTheText) {
  const Message message = {
      .role = Role::kUser,
      .text = "beforeafter",
      .media =
          {
              {.content = "\x01\x02\x03", .media_type = "image/png", .text_offset = 6},
              {.kind = MediaKind::kDocument,
               .source = MediaSource::kUrl,
               .content = "https://x.example/a.pdf",
               .media_type = "application/pdf",
               .text_offset = 6},
              {.kind = MediaKind::kAudio,
               .source = MediaSource::kUrl,
               .content = "https://x.example/a",
               .text_offset = 99},
          },
  };
  EXPECT_EQ(
      Chat({message}),
      R"({"contents":[{"role":"user","parts":[{"text":"before"},)"
      R"({"inlineData":{"mimeType":"image/png","data":"AQID"}},)"
      R"({"fileData":{"mimeType":"application/pdf","fileUri":"https://x.example/a.pdf"}},)"
      R"({"text":"after"},{"fileData":{"fileUri":"https://x.example/a"}}]}]})"
  );
}

TEST(GeminiContentsTest, FileIdsBecomeAddresses) {
  const auto uri = [](std::string id) {
    const std::string chat = Chat({{
        .role = Role::kUser,
        .media = {{.source = MediaSource::kFileId, .content = std::move(id)}},
    }});
    const size_t begin = chat.find("fileUri\":\"") + 10;
    return chat.substr(begin, chat.find('"', begin) - begin);
  };
  EXPECT_EQ(uri("abc"), "https://gemini.example/v1beta/files/abc");
  EXPECT_EQ(uri("files/abc"), "https://gemini.example/v1beta/files/abc");
  EXPECT_EQ(uri("gs://bucket/abc"), "gs://bucket/abc");
}

TEST(GeminiContentsTest, AReplyIsEchoedAsItCame) {
  const Message reply = {
      .role = Role::kAssistant,
      .text = "not this",
      .tool_calls = {{.id = "c1", .name = "person"}},
      .verbatim = R"([{"functionCall":{"name":"person","args":{"age":1.50},"id":"c1"},)"
                  R"("thoughtSignature":"Ep+/="}])",
  };
  EXPECT_EQ(
      Chat({
          {.role = Role::kUser, .text = "a"},
          reply,
          {.role = Role::kTool, .text = "no", .tool_call_id = "c1", .tool_failed = true},
      }),
      R"({"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[)"
      R"({"functionCall":{"name":"person","args":{"age":1.50},"id":"c1"},"thoughtSignature":"Ep+/="}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"id":"c1","name":"person",)"
      R"("response":{"error":"no"}}}]}]})"
  );
}

TEST(GeminiContentsTest, EachResultNamesItsFunction) {
  const auto named = [](std::vector<ToolCall> calls, std::vector<std::string> ids) {
    std::vector<Message> messages = {{.role = Role::kAssistant, .tool_calls = std::move(calls)}};
    for (const std::string& id : ids) {
      messages.push_back({.role = Role::kTool, .text = "r", .tool_call_id = id});
    }
    const std::string chat = Chat(std::move(messages));
    std::string names;
    constexpr std::string_view kName = R"("name":")";
    for (size_t at = chat.find("functionResponse"); at != std::string::npos;
         at = chat.find("functionResponse", at + 1)) {
      const size_t begin = chat.find(kName, at) + kName.size();
      names += chat.substr(begin, chat.find('"', begin) - begin) + " ";
    }
    return names;
  };
  const std::vector<ToolCall> with_ids = {{.id = "1", .name = "a"}, {.id = "2", .name = "b"}};
  EXPECT_EQ(named(with_ids, {"1", "2"}), "a b ");
  EXPECT_EQ(named(with_ids, {"2", "1"}), "b a ");
  EXPECT_EQ(named({{.name = "a"}, {.name = "b"}}, {"", ""}), "a b ") << "by their order";
  EXPECT_EQ(named({{.name = "a"}}, {"", "x"}), "a x ") << "a result of no call keeps its id";
  EXPECT_EQ(named({}, {"x"}), "x ");
}

TEST(GeminiContentsTest, ACallOfAnotherModelIsWrittenFromItsFields) {
  const Message call = {
      .role = Role::kAssistant,
      .thinking = {{.text = "hm", .opaque = "sig"}},
      .tool_calls =
          {{.id = "1", .name = "a", .arguments = R"({"x":1})"},
           {.name = "b", .arguments = R"({"x":)"}},
  };
  const Message result = {.role = Role::kTool, .text = "ok", .tool_call_id = "1"};
  const std::string rest =
      R"({"functionCall":{"name":"b","args":{}}}]},)"
      R"({"role":"user","parts":[{"functionResponse":{"id":"1","name":"a","response":{"output":"ok"}}}]}]})";
  EXPECT_EQ(
      Chat({call, result}),
      R"({"contents":[{"role":"model","parts":[{"text":"hm","thought":true,"thoughtSignature":"sig"},)"
      R"({"functionCall":{"id":"1","name":"a","args":{"x":1}}},)" +
          rest
  );
  EXPECT_EQ(
      Chat({call, result}, {.excuse_signatures = true}),
      R"({"contents":[{"role":"model","parts":[{"text":"hm","thought":true,"thoughtSignature":"sig"},)"
      R"({"functionCall":{"id":"1","name":"a","args":{"x":1}},)"
      R"("thoughtSignature":"skip_thought_signature_validator"},)" +
          rest
  ) << "the first call of a turn needs a signature";
}

}  // namespace
}  // namespace extractd::providers::gemini
