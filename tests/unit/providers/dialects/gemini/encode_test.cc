#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};

ChatRequest Chat() {
  return {.model = "g", .messages = {{.role = Role::kUser, .text = "Ann is 40."}}};
}

ChatRequest ChatWithTool() {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  return request;
}

std::string Encode(
    const ChatRequest& request, const ProviderRow& row = {}, const ModelFamily& family = {}
) {
  const auto body = Gemini().EncodeBody(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

void ExpectPart(const std::string& body, std::string_view part) {
  EXPECT_NE(body.find(part), std::string::npos) << body;
}

TEST(GeminiEncodeTest, PlainChatHasNoModelInItsBody) {
  EXPECT_EQ(Encode(Chat()), R"({"contents":[{"role":"user","parts":[{"text":"Ann is 40."}]}]})");
}

TEST(GeminiEncodeTest, AForcedToolIsTheOnlyOneAllowed) {
  ExpectPart(
      Encode(ChatWithTool()),
      R"("tools":[{"functionDeclarations":[{"name":"person","description":"A person.",)"
      R"("parametersJsonSchema":{"type":"object"}}]}],)"
      R"("toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["person"]}})"
  );
}

TEST(GeminiEncodeTest, SeveralToolsOfWhichSomeMustBeCalled) {
  ChatRequest request = ChatWithTool();
  request.tools.push_back({.name = "place", .json = "{}"});
  request.tool_use = ToolUse::kAtLeastOne;
  const std::string body = Encode(request);
  ExpectPart(body, R"({"name":"place","parametersJsonSchema":{}}]}])");
  ExpectPart(body, R"({"mode":"ANY","allowedFunctionNames":["person","place"]})");
}

TEST(GeminiEncodeTest, AFreeChoiceNamesNoFunctionsButKeepsTheirParameters) {
  ChatRequest request = ChatWithTool();
  request.tool_use = ToolUse::kFree;
  ExpectPart(Encode(request), R"("functionCallingConfig":{"mode":"VALIDATED"})");
  request.tools[0].strict = false;
  ExpectPart(Encode(request), R"("functionCallingConfig":{"mode":"AUTO"})");
  ExpectPart(
      Encode(ChatWithTool(), {}, {.forced_tool = false}),
      R"("functionCallingConfig":{"mode":"VALIDATED"})"
  );
}

TEST(GeminiEncodeTest, ParametersOfTheOpenApiSubsetHaveTheirOwnField) {
  const ProviderRow row = {.enforcement = "gemini_openapi"};
  ExpectPart(Encode(ChatWithTool(), row), R"("parameters":{"type":"object"})");
  ChatRequest loose = ChatWithTool();
  loose.tools[0].strict = false;
  ExpectPart(Encode(loose, row), R"("parametersJsonSchema":{"type":"object"})");
}

TEST(GeminiEncodeTest, MembersOfTheCallerJoinOurs) {
  ChatRequest request = Chat();
  request.generation.temperature = 0.5;
  request.extra_body = R"({"safetySettings":[{"threshold":"OFF"}],"generationConfig":{"topK":3}})";
  const std::string body = Encode(request, {.body = R"({"generationConfig":{"temperature":0}})"});
  ExpectPart(body, R"("generationConfig":{"temperature":0.5,"topK":3})");
  ExpectPart(body, R"("safetySettings":[{"threshold":"OFF"}])");
}

TEST(GeminiEncodeTest, ToolsOfTheCallerStandBesideTheFunctions) {
  ChatRequest request = ChatWithTool();
  request.extra_body = R"({"tools":[{"googleSearch":{}},{"urlContext":{}}],)"
                       R"("toolConfig":{"includeServerSideToolInvocations":true}})";
  const std::string body = Encode(request);
  ExpectPart(
      body, R"("parametersJsonSchema":{"type":"object"}}]},{"googleSearch":{}},{"urlContext":{}}])"
  );
  ExpectPart(
      body,
      R"("toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["person"]},)"
      R"("includeServerSideToolInvocations":true})"
  );
  request.tools.clear();
  ExpectPart(Encode(request), R"("tools":[{"googleSearch":{}},{"urlContext":{}}])");
}

TEST(GeminiEncodeTest, ACachedContentHasNoSystemInstructionBesideIt) {
  ChatRequest request = Chat();
  request.messages.insert(request.messages.begin(), {.role = Role::kSystem, .text = "Be exact."});
  for (const auto* name : {"cachedContent", "cached_content"}) {
    request.extra_body = std::string("{\"") + name + R"(":"cachedContents/x"})";
    EXPECT_EQ(
        Encode(request),
        R"({"contents":[{"role":"user","parts":[{"text":"Be exact."},{"text":"Ann is 40."}]}],")" +
            std::string(name) + R"(":"cachedContents/x"})"
    );
  }
}

TEST(GeminiEncodeTest, ACachedContentAndToolsExcludeEachOther) {
  ChatRequest request = ChatWithTool();
  request.extra_body = R"({"cachedContent":"cachedContents/x"})";
  const absl::Status status = Gemini().EncodeBody({}, {}, request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(status.message().find("use JSON_SCHEMA"), std::string::npos) << "names the way out";
}

TEST(GeminiEncodeTest, ExtraBodyThatIsNoObjectIsAnError) {
  for (const auto* text : {"[]", "{", "7"}) {
    ChatRequest request = Chat();
    request.extra_body = text;
    EXPECT_TRUE(absl::IsInvalidArgument(Gemini().EncodeBody({}, {}, request).status())) << text;
  }
}

}  // namespace
}  // namespace extractd::providers
