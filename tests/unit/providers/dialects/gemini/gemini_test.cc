// What is sent in each mode of the built-in row, first and after a wrong answer: a change of any
// prompt or field shows here.
#include "server/providers/dialects/gemini/gemini.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/modes/mode_handler.h"
#include "server/providers/provider_table.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kSchema = {
    .name = "person",
    .json = R"({"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]})",
    .strict = true,
};

// Without line breaks and the spaces that begin lines.
std::string Flat(std::string_view text) {
  std::string flat;
  bool at_start = true;
  for (const char c : text) {
    if (c == '\n') {
      at_start = true;
    } else if (c != ' ' || !at_start) {
      flat += c;
      at_start = false;
    }
  }
  return flat;
}

struct Turns {
  std::string first;
  std::string second;
};

const ProviderRow& GoogleRow() {
  static const std::vector<ProviderRow> rows = BuiltInProviders();
  return *std::ranges::find(rows, "google", &ProviderRow::name);
}

// The bodies of a call whose first answer, `reply`, is wrong.
Turns Ask(std::string_view mode_name, std::string_view reply, std::string path = "/age") {
  const ProviderRow& row = GoogleRow();
  const ModeHandler& mode = *FindModeHandler(mode_name);
  ChatRequest request = {
      .model = "gemini-3.8-flash", .messages = {{.role = Role::kUser, .text = "Ann is forty."}}
  };
  mode.Ask(kSchema, {}, request);
  Turns turns = {.first = *Gemini().EncodeBody(row, {}, request), .second = {}};
  const SendResult result = Gemini().Decode(200, reply, NoHeader);
  EXPECT_TRUE(result.ok()) << result.message;
  schema::IssueList issues;
  issues.listed.push_back({.path = std::move(path), .message = "expected integer, got string"});
  issues.total = 1;
  mode.Reask(result.reply, issues, request);
  turns.second = *Gemini().EncodeBody(row, {}, request);
  return turns;
}

constexpr std::string_view kTextReply =
    R"({"candidates":[{"content":{"role":"model","parts":[{"text":"{\"age\":\"forty\"}",)"
    R"("thoughtSignature":"sig"}]},"finishReason":"STOP"}]})";
constexpr std::string_view kCallReply =
    R"({"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"person",)"
    R"("args":{"age":"forty"},"id":"f1"},"thoughtSignature":"sig"},{"functionCall":)"
    R"({"name":"person","args":{},"id":"f2"}}]},"finishReason":"STOP"}]})";

TEST(GeminiBodiesTest, JsonSchema) {
  const Turns turns = Ask("JSON_SCHEMA", kTextReply);
  EXPECT_EQ(
      turns.first,
      Flat(R"(
    {"contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]}],
    "generationConfig":{
      "responseMimeType":"application/json",
      "responseJsonSchema":{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}}})"
      )
  );
  EXPECT_EQ(
      turns.second,
      Flat(R"(
    {"contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]},
      {"role":"model","parts":[{"text":"{\"age\":\"forty\"}","thoughtSignature":"sig"}]},
      {"role":"user","parts":[{"text":"The JSON is not valid:\n- /age: expected integer, got string\n
Answer again with every problem fixed, in the same form."}]}],
    "generationConfig":{
      "responseMimeType":"application/json",
      "responseJsonSchema":{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}}})"
      )
  );
}

// In the JSON modes the schema stands in the prompt, as its own text.
constexpr std::string_view kSchemaInPrompt =
    R"({\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\"}},\"required\":[\"age\"]}"}]},)";

TEST(GeminiBodiesTest, Json) {
  const Turns turns = Ask("JSON", kTextReply);
  const std::string system =
      R"({"systemInstruction":{"parts":[{"text":"Extract the data from the conversation. Answer with )"
      R"(one JSON object that is valid under this JSON Schema, not with the schema itself:\n)" +
      std::string(kSchemaInPrompt);
  EXPECT_EQ(turns.first, system + Flat(R"(
    "contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]}],
    "generationConfig":{"responseMimeType":"application/json"}})"));
  EXPECT_EQ(turns.second, system + Flat(R"(
    "contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]},
      {"role":"model","parts":[{"text":"{\"age\":\"forty\"}","thoughtSignature":"sig"}]},
      {"role":"user","parts":[{"text":"The JSON is not valid:\n- /age: expected integer, got string\n
Answer again with every problem fixed, in the same form."}]}],
    "generationConfig":{"responseMimeType":"application/json"}})"));
}

TEST(GeminiBodiesTest, MdJson) {
  const Turns turns = Ask("MD_JSON", kTextReply);
  const std::string system =
      R"({"systemInstruction":{"parts":[{"text":"Extract the data from the conversation. Answer with )"
      R"(nothing but one ```json code block that holds a value valid under this JSON Schema, not the )"
      R"(schema itself:\n)" +
      std::string(kSchemaInPrompt);
  EXPECT_EQ(turns.first, system + Flat(R"(
    "contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]}]})"));
  EXPECT_EQ(turns.second, system + Flat(R"(
    "contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]},
      {"role":"model","parts":[{"text":"{\"age\":\"forty\"}","thoughtSignature":"sig"}]},
      {"role":"user","parts":[{"text":"The JSON is not valid:\n- /age: expected integer, got string\n
Answer again with every problem fixed, in the same form."}]}]})"));
}

// The chat and the echo of two calls, of which the first is wrong.
std::string ChatWithCalls(std::string_view first_answer, std::string_view second_answer) {
  return Flat(R"(
    "contents":[
      {"role":"user","parts":[{"text":"Ann is forty."}]},
      {"role":"model","parts":[
        {"functionCall":{"name":"person","args":{"age":"forty"},"id":"f1"},"thoughtSignature":"sig"},
        {"functionCall":{"name":"person","args":{},"id":"f2"}}]},
      {"role":"user","parts":[
        {"functionResponse":{"id":"f1","name":"person","response":)") +
         std::string(first_answer) +
         R"(}},{"functionResponse":{"id":"f2","name":"person","response":)" +
         std::string(second_answer) + "}}]}],";
}

std::string ToolAnd(std::string_view function_calling) {
  return Flat(R"(
    "tools":[{"functionDeclarations":[{
      "name":"person",
      "description":"Records the data extracted from the conversation.",
      "parametersJsonSchema":{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]}}]}],
    "toolConfig":{"functionCallingConfig":)") +
         std::string(function_calling) + "}}";
}
constexpr std::string_view kForced = R"({"mode":"ANY","allowedFunctionNames":["person"]})";

TEST(GeminiBodiesTest, Tools) {
  const Turns turns = Ask("TOOLS", kCallReply);
  const std::string rest = ToolAnd(kForced);
  EXPECT_EQ(
      turns.first, R"({"contents":[{"role":"user","parts":[{"text":"Ann is forty."}]}],)" + rest
  );
  const std::string chat = ChatWithCalls(
      R"({"error":"The arguments are not valid:\n- /age: expected integer, got string\nCall the tool )"
      R"(again with every problem fixed."})",
      R"({"error":"Not used: only the first call counts."})"
  );
  EXPECT_EQ(turns.second, "{" + chat + rest);
}

TEST(GeminiBodiesTest, ParallelTools) {
  const Turns turns = Ask("PARALLEL_TOOLS", kCallReply, "/0/age");
  const std::string rest = ToolAnd(kForced);
  EXPECT_EQ(
      turns.first, R"({"contents":[{"role":"user","parts":[{"text":"Ann is forty."}]}],)" + rest
  );
  const std::string chat = ChatWithCalls(
      R"({"error":"The arguments are not valid:\n- /age: expected integer, got string\nCall this )"
      R"(tool again with every problem fixed, and none that was accepted."})",
      R"({"output":"Accepted; do not call it again."})"
  );
  EXPECT_EQ(turns.second, "{" + chat + rest);
}

TEST(GeminiBodiesTest, ReasoningTools) {
  const Turns turns = Ask("REASONING_TOOLS", kCallReply);
  const std::string system =
      R"({"systemInstruction":{"parts":[{"text":"Extract the data from the conversation: when you )"
      R"(have thought, call the tool 'person' once with it."}]},)";
  const std::string rest = ToolAnd(R"({"mode":"VALIDATED"})");
  EXPECT_EQ(
      turns.first,
      system + R"("contents":[{"role":"user","parts":[{"text":"Ann is forty."}]}],)" + rest
  );
  const std::string chat = ChatWithCalls(
      R"({"error":"The arguments are not valid:\n- /age: expected integer, got string\nCall the tool )"
      R"(again with every problem fixed."})",
      R"({"error":"Not used: only the first call counts."})"
  );
  EXPECT_EQ(turns.second, system + chat + rest);
}

TEST(GeminiBodiesTest, TheseAreAllModesOfTheRow) {
  EXPECT_EQ(
      GoogleRow().modes,
      (std::vector<std::string>{
          "JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"
      })
  );
}

TEST(GeminiBodiesTest, AReplyWithoutCallIsFollowedByWordsOnly) {
  const Turns turns =
      Ask("TOOLS", R"({"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL"}]})");
  EXPECT_EQ(turns.second.find(R"("role":"model")"), std::string::npos) << turns.second;
  EXPECT_EQ(turns.second.find("functionResponse"), std::string::npos);
}

}  // namespace
}  // namespace extractd::providers
