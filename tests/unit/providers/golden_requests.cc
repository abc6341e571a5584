#include "tests/unit/providers/golden_requests.h"

#include <array>
#include <variant>

#include <gtest/gtest.h>

#include "server/engine/planning/dialect_choice.h"
#include "server/json/parse.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kPerson = {
    .name = "person",
    .description = "A person.",
    .json = R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
            R"("required":["name","age"],"additionalProperties":false})",
};
constexpr SchemaText kPlace = {
    .name = "place",
    .description = "A place.",
    .json = R"({"type":"object","properties":{"town":{"type":"string"}},)"
            R"("required":["town"],"additionalProperties":false})",
};
constexpr std::string_view kOutline = "{name: string, age: integer}";

// A wrong answer in each protocol, by way of a tool and as a text.
struct SampleReply {
  std::string_view dialect;
  std::string_view call;
  std::string_view text;
};
constexpr std::array kSamples = {
    SampleReply{
        .dialect = "openai_chat",
        .call = R"({"choices":[{"finish_reason":"tool_calls","message":{"role":"assistant",)"
                R"("content":null,"reasoning_content":"Ann says it.","reasoning_details":[)"
                R"({"type":"reasoning.text","text":"Ann says it.","index":0}],"tool_calls":[{"id":)"
                R"("call_9d2f","type":"function","function":{"name":"person","arguments":)"
                R"("{\"name\":\"Ann\",\"age\":\"forty\"}"}}]}}]})",
        .text = R"({"choices":[{"finish_reason":"stop","message":{"role":"assistant",)"
                R"("content":"{\"name\":\"Ann\",\"age\":\"forty\"}"}}]})",
    },
    SampleReply{
        .dialect = "openai_responses",
        .call =
            R"({"status":"completed","output":[{"id":"rs_1","type":"reasoning","summary":[],)"
            R"("encrypted_content":"gAAA"},{"id":"fc_1","type":"function_call","call_id":)"
            R"("call_9d2f","name":"person","arguments":"{\"name\":\"Ann\",\"age\":\"forty\"}"}]})",
        .text = R"({"status":"completed","output":[{"id":"msg_1","type":"message","role":)"
                R"("assistant","content":[{"type":"output_text","text":)"
                R"("{\"name\":\"Ann\",\"age\":\"forty\"}"}]}]})",
    },
    SampleReply{
        .dialect = "anthropic_messages",
        .call = R"({"type":"message","role":"assistant","stop_reason":"tool_use","content":[)"
                R"({"type":"thinking","thinking":"Ann says it.","signature":"c2ln"},)"
                R"({"type":"tool_use","id":"toolu_1","name":"person",)"
                R"("input":{"name":"Ann","age":"forty"}}],)"
                R"("usage":{"input_tokens":9,"output_tokens":9}})",
        .text = R"({"type":"message","role":"assistant","stop_reason":"end_turn","content":[)"
                R"({"type":"text","text":"{\"name\":\"Ann\",\"age\":\"forty\"}"}],)"
                R"("usage":{"input_tokens":9,"output_tokens":9}})",
    },
    SampleReply{
        .dialect = "bedrock_converse",
        .call = R"({"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":)"
                R"("tooluse_1","name":"person","input":{"name":"Ann","age":"forty"}}}]}},)"
                R"("stopReason":"tool_use","usage":{"inputTokens":9,"outputTokens":9}})",
        .text = R"({"output":{"message":{"role":"assistant","content":[{"text":)"
                R"("{\"name\":\"Ann\",\"age\":\"forty\"}"}]}},)"
                R"("stopReason":"end_turn","usage":{"inputTokens":9,"outputTokens":9}})",
    },
    SampleReply{
        .dialect = "cohere_chat",
        .call = R"({"finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":)"
                R"("I will call it.","tool_calls":[{"id":"person_1","type":"function","function":)"
                R"({"name":"person","arguments":"{\"name\":\"Ann\",\"age\":\"forty\"}"}}]}})",
        .text = R"({"finish_reason":"COMPLETE","message":{"role":"assistant","content":[)"
                R"({"type":"text","text":"{\"name\":\"Ann\",\"age\":\"forty\"}"}]}})",
    },
    SampleReply{
        .dialect = "gemini",
        .call = R"({"candidates":[{"finishReason":"STOP","content":{"role":"model","parts":[)"
                R"({"functionCall":{"name":"person","args":{"name":"Ann","age":"forty"}},)"
                R"("thoughtSignature":"c2ln"}]}}]})",
        .text = R"({"candidates":[{"finishReason":"STOP","content":{"role":"model","parts":[)"
                R"({"text":"{\"name\":\"Ann\",\"age\":\"forty\"}"}]}}]})",
    },
    SampleReply{
        .dialect = "ollama_chat",
        .call = R"({"done":true,"done_reason":"stop","message":{"role":"assistant","content":"",)"
                R"("tool_calls":[{"function":{"name":"person",)"
                R"("arguments":{"name":"Ann","age":"forty"}}}]}})",
        .text = R"({"done":true,"done_reason":"stop","message":{"role":"assistant",)"
                R"("content":"{\"name\":\"Ann\",\"age\":\"forty\"}"}})",
    },
};

const SampleReply* SampleOf(std::string_view dialect) {
  for (const SampleReply& sample : kSamples) {
    if (sample.dialect == dialect) return &sample;
  }
  return nullptr;
}

schema::IssueList WrongAge(bool several_tools) {
  return {
      .listed = {{
          .path = several_tools ? "/0/age" : "/age",
          .keyword = "type",
          .message = "expected integer, found string",
      }},
      .total = 1,
  };
}

ChatRequest FirstTurn(const Handler& handler, const ModelFamily& family) {
  const ProviderRow& row = *handler.row;
  ChatRequest request = {
      .model = row.default_model.empty() ? "a-model" : row.default_model,
      .messages =
          {
              {.role = Role::kSystem, .text = "Extract what the text says."},
              {.role = Role::kUser, .text = "Ann is 40."},
          },
      .generation = {.max_output_tokens = 512},
  };
  const ModeTraits& traits = handler.mode->traits();
  SchemaText person = kPerson;
  SchemaText place = kPlace;
  person.strict = traits.provider_enforces && family.enforces && !row.enforcement.empty();
  place.strict = person.strict;
  const AskStyle style = {
      .describe_schema = row.describe_schema,
      .instruct_last = row.instruct_last,
      .worked_example = family.worked_example,
      .outline = kOutline,
  };
  if (traits.several_tools) {
    const std::array tools = {person, place};
    handler.mode->AskTools(tools, style, request);
  } else {
    handler.mode->Ask(person, style, request);
  }
  return request;
}

void WriteRequest(const Plan& plan, json::TextWriter& out) {
  const Dialect& dialect = *plan.handler->dialect;
  const ProviderRow& row = *plan.handler->row;
  const auto body = dialect.EncodeBody(row, *plan.family, plan.request);
  ASSERT_TRUE(body.ok()) << body.status();
  out.BeginObject().Member("path", dialect.Path(row, plan.request));
  out.RawMember("body", *body).EndObject();
}

void WriteTurns(Plan& plan, json::TextWriter& out) {
  out.BeginObject().Key("first turn");
  WriteRequest(plan, out);
  const SampleReply& sample = *SampleOf(plan.handler->dialect->name());
  const std::string_view answer = plan.request.tools.empty() ? sample.text : sample.call;
  const SendResult reply = plan.handler->dialect->Decode(200, answer, NoHeader);
  ASSERT_TRUE(reply.ok()) << reply.message;
  const ModeHandler& mode = *plan.handler->mode;
  mode.Reask(reply.reply, WrongAge(mode.traits().several_tools), plan.request);
  out.Key("re-ask");
  WriteRequest(plan, out);
  out.EndObject();
}

std::string Indented(std::string_view text) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  EXPECT_NE(document, nullptr) << text;
  return document == nullptr ? "" : json::ToIndentedText(document->root()) + "\n";
}

}  // namespace

std::string GoldenRequests(const ProviderRow& row) {
  if (SampleOf(row.dialect) == nullptr) return {};
  Registry registry;
  Catalog catalog(registry, &FindDialect, BuiltInModelFamilies());
  EXPECT_TRUE(catalog.Put(row).ok()) << row.name;
  json::TextWriter out;
  out.BeginObject();
  for (const std::string& mode : row.modes) {
    const auto handler = registry.Find(row.name, mode);
    EXPECT_TRUE(handler.ok()) << handler.status();
    if (!handler.ok()) continue;
    Plan plan;
    plan.handler = *handler;
    plan.family = &catalog.FamilyOf(row.name, row.default_model);
    plan.request = FirstTurn(**handler, *plan.family);
    ChooseDialect(plan);
    out.Key(mode);
    WriteTurns(plan, out);
  }
  out.EndObject();
  return Indented(out.text());
}

std::filesystem::path GoldenFile(std::string_view provider) {
  const auto folder =
      std::filesystem::path(EXTRACTD_SOURCE_DIR) / "tests" / "unit" / "providers" / "golden";
  return folder / (std::string(provider) + ".json");
}

}  // namespace extractd::providers
