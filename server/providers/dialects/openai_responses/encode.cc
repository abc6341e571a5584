// Writes request bodies. The schema's bytes are spliced in as they are.
#include <string>
#include <string_view>
#include <utility>

#include "server/base/status_macros.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/openai_responses/input.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"

namespace extractd::providers::openai_responses {
namespace {

size_t ExpectedBytes(const ChatRequest& request) {
  size_t bytes = 512;
  for (const Message& message : request.messages) {
    bytes += (message.text.size() + message.verbatim.size()) * 9 / 8 + 64;
    for (const Media& media : message.media) bytes += media.content.size() * 4 / 3 + 128;
  }
  for (const SchemaText& tool : request.tools) bytes += tool.json.size() + 128;
  if (request.schema.has_value()) bytes += request.schema->json.size();
  return bytes;
}

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row), model_(model), request_(request), out_(ExpectedBytes(request)) {}

  absl::StatusOr<std::string> Write() {
    out_.BeginObject().Member("model", request_.model);
    RETURN_IF_ERROR(WriteInput(row_, request_, out_));
    if (!request_.tools.empty()) WriteTools();
    WriteFormat();
    WriteReasoning();
    WriteGeneration();
    if (row_.stores_responses) out_.Member("store", false);
    if (request_.stream) out_.Member("stream", true);
    out_.EndObject();
    return std::move(out_).Take();
  }

 private:
  void WriteTools() {
    out_.Key("tools").BeginArray();
    for (const SchemaText& tool : request_.tools) {
      out_.BeginObject().Member("type", "function").Member("name", tool.name);
      if (!tool.description.empty()) out_.Member("description", tool.description);
      out_.RawMember("parameters", tool.json);
      // Never left out: strict is the default here, which makes every property a required one.
      out_.Member("strict", tool.strict && row_.sends_strict_tools);
      out_.EndObject();
    }
    out_.EndArray();
    WriteToolChoice();
    if (!row_.sends_parallel_tool_calls) return;
    const bool free = request_.tool_use == ToolUse::kFree && request_.tools.size() > 1;
    out_.Member("parallel_tool_calls", free || request_.tool_use == ToolUse::kAtLeastOne);
  }

  // A model that can't be forced while it thinks, which only the chat API can switch off.
  bool IsFree() const {
    const bool thinks = model_.tools_need_reasoning_off && model_.responses == ResponsesUse::kNone;
    return request_.tool_use == ToolUse::kFree || !model_.forced_tool || thinks ||
           row_.tool_choice == ToolChoiceForm::kAuto;
  }

  void WriteToolChoice() {
    const bool by_name = row_.tool_choice == ToolChoiceForm::kNamed &&
                         request_.tool_use == ToolUse::kForced && request_.tools.size() == 1;
    if (IsFree()) {
      out_.Member("tool_choice", "auto");
    } else if (by_name) {
      out_.Key("tool_choice").BeginObject().Member("type", "function");
      out_.Member("name", request_.tools[0].name).EndObject();
    } else {
      out_.Member("tool_choice", "required");
    }
  }

  void WriteFormat() {
    if (request_.format == AnswerFormat::kJsonObject) {
      out_.RawMember("text", R"({"format":{"type":"json_object"}})");
    } else if (request_.format == AnswerFormat::kJsonSchema && request_.schema.has_value()) {
      const SchemaText& schema = *request_.schema;
      out_.Key("text").BeginObject().Key("format").BeginObject().Member("type", "json_schema");
      out_.Member("name", schema.name);
      if (!schema.description.empty()) out_.Member("description", schema.description);
      out_.RawMember("schema", schema.json).Member("strict", schema.strict);
      out_.EndObject().EndObject();
    }
  }

  // Thoughts that the provider does not keep come back encrypted, so that a next turn can bring
  // them along.
  void WriteReasoning() {
    const std::string_view effort = EffortWord(model_, request_.generation);
    const bool thinks = (model_.reasons || !effort.empty()) && effort != "none";
    const bool shows = thinks && request_.include_thinking;
    if (!effort.empty() || shows) {
      out_.Key("reasoning").BeginObject();
      if (!effort.empty()) out_.Member("effort", effort);
      if (shows) out_.Member("summary", "auto");
      out_.EndObject();
    }
    if (thinks && row_.stores_responses) {
      out_.RawMember("include", R"(["reasoning.encrypted_content"])");
    }
  }

  void WriteGeneration() {
    const Generation& generation = request_.generation;
    if (generation.temperature) out_.Member("temperature", *generation.temperature);
    if (generation.top_p) out_.Member("top_p", *generation.top_p);
    if (generation.max_output_tokens) {
      out_.Member("max_output_tokens", *generation.max_output_tokens);
    }
  }

  const ProviderRow& row_;
  const ModelFamily& model_;
  const ChatRequest& request_;
  json::TextWriter out_;
};

}  // namespace

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) {
  ASSIGN_OR_RETURN(std::string body, BodyWriter(row, model, request).Write());
  ASSIGN_OR_RETURN(body, MergeBodies(row.responses_body, std::move(body)));
  return MergeBodies(std::move(body), request.extra_body);
}

}  // namespace extractd::providers::openai_responses
