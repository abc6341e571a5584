// Writes request bodies. The schema of a tool is spliced in as it is, that of the output as a
// string of JSON, as the API wants it.
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/bedrock/messages.h"
#include "server/providers/dialects/bedrock/reasoning.h"
#include "server/providers/dialects/body.h"

namespace extractd::providers::bedrock_converse {
namespace {

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row), model_(model), request_(request), out_(ExpectedBytes(request)) {}

  std::string Write() {
    out_.BeginObject();
    WriteConversation(request_.messages, out_);
    PutInference();
    PutTools();
    PutFormat();
    out_.EndObject();
    return std::move(out_).Take();
  }

 private:
  // The API has no seed. While they reason, most models take no sampling parameters.
  void PutInference() {
    const Generation& generation = request_.generation;
    const bool samples = !ReasoningIsAsked(generation) || model_.sampling_while_reasoning;
    out_.Key("inferenceConfig").BeginObject();
    if (generation.max_output_tokens) out_.Member("maxTokens", *generation.max_output_tokens);
    if (samples && generation.temperature) out_.Member("temperature", *generation.temperature);
    if (samples && generation.top_p) out_.Member("topP", *generation.top_p);
    if (!generation.stop.empty()) {
      out_.Key("stopSequences").BeginArray();
      for (const std::string& stop : generation.stop) out_.String(stop);
      out_.EndArray();
    }
    out_.EndObject();
  }

  // A conversation with calls in it needs the declaration of their tools, even where none shall be
  // called any more.
  void PutTools() {
    const std::vector<std::string> spoken_of =
        request_.tools.empty() ? ToolsSpokenOf(request_.messages) : std::vector<std::string>();
    if (request_.tools.empty() && spoken_of.empty()) return;
    out_.Key("toolConfig").BeginObject().Key("tools").BeginArray();
    for (const SchemaText& tool : request_.tools) PutTool(tool);
    for (const std::string& name : spoken_of) {
      PutTool({.name = name, .json = R"({"type":"object"})"});
    }
    out_.EndArray();
    PutToolChoice();
    out_.EndObject();
  }

  void PutTool(const SchemaText& tool) {
    out_.BeginObject().Key("toolSpec").BeginObject().Member("name", tool.name);
    if (!tool.description.empty()) out_.Member("description", tool.description);
    out_.Key("inputSchema").BeginObject().RawMember("json", tool.json).EndObject();
    if (tool.strict && row_.sends_strict_tools) out_.Member("strict", true);
    out_.EndObject().EndObject();
  }

  // Without one the model chooses, which is what most models take, and all of them while they
  // reason.
  void PutToolChoice() {
    const bool free = request_.tools.empty() || request_.tool_use == ToolUse::kFree;
    if (free || !model_.forced_tool || row_.tool_choice == ToolChoiceForm::kNone ||
        ReasoningIsAsked(request_.generation)) {
      return;
    }
    const bool named = row_.tool_choice == ToolChoiceForm::kNamed && request_.tools.size() == 1 &&
                       request_.tool_use == ToolUse::kForced;
    out_.Key("toolChoice").BeginObject();
    if (named) {
      out_.Key("tool").BeginObject().Member("name", request_.tools[0].name).EndObject();
    } else {
      out_.RawMember("any", "{}");
    }
    out_.EndObject();
  }

  void PutFormat() {
    if (request_.format != AnswerFormat::kJsonSchema || !request_.schema.has_value()) return;
    const SchemaText& schema = *request_.schema;
    out_.Key("outputConfig").BeginObject().Key("textFormat").BeginObject();
    out_.Member("type", "json_schema").Key("structure").BeginObject();
    out_.Key("jsonSchema").BeginObject().Member("name", schema.name);
    if (!schema.description.empty()) out_.Member("description", schema.description);
    out_.Member("schema", schema.json).EndObject();
    out_.EndObject().EndObject().EndObject();
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
  std::string written = BodyWriter(row, model, request).Write();
  ASSIGN_OR_RETURN(
      written, MergeBodies(std::move(written), ReasoningMembers(model, request.generation))
  );
  return CompleteBody(row, model, request, std::move(written));
}

}  // namespace extractd::providers::bedrock_converse
