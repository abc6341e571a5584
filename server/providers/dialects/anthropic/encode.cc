#include "server/providers/dialects/anthropic/encode.h"

#include <utility>

#include "server/base/status_macros.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/anthropic/content.h"
#include "server/providers/dialects/anthropic/reasoning.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/path.h"

namespace extractd::providers::anthropic {
namespace {

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row),
        model_(model),
        request_(request),
        reasoning_(ReasoningOf(model, request)),
        out_(ExpectedBytes(request)) {}

  absl::StatusOr<std::string> Write() {
    out_.BeginObject();
    if (!PathNamesModel(row_)) out_.Member("model", request_.model);
    out_.Member("max_tokens", reasoning_.max_tokens);
    RETURN_IF_ERROR(WriteChat(request_.messages, row_.name, out_));
    if (!request_.tools.empty()) WriteTools();
    WriteThinking();
    WriteOutputConfig();
    WriteGeneration();
    if (request_.stream) out_.Member("stream", true);
    out_.EndObject();
    return std::move(out_).Take();
  }

 private:
  void WriteTools() {
    out_.Key("tools").BeginArray();
    for (const SchemaText& tool : request_.tools) {
      out_.BeginObject().Member("name", tool.name);
      if (!tool.description.empty()) out_.Member("description", tool.description);
      out_.RawMember("input_schema", tool.json);
      if (tool.strict && row_.sends_strict_tools) out_.Member("strict", true);
      out_.EndObject();
    }
    out_.EndArray();
    WriteToolChoice();
  }

  // A model that was told to think cannot be forced: some refuse, the others don't think then.
  bool MayForce() const { return model_.forced_tool && !reasoning_.told_to_think; }

  void WriteToolChoice() {
    const bool forced = request_.tool_use != ToolUse::kFree && MayForce();
    const bool one = request_.tool_use == ToolUse::kForced;
    out_.Key("tool_choice").BeginObject();
    if (forced && one && request_.tools.size() == 1) {
      out_.Member("type", "tool").Member("name", request_.tools[0].name);
    } else {
      out_.Member("type", forced ? "any" : "auto");
    }
    if (one) out_.Member("disable_parallel_tool_use", true);
    out_.EndObject();
  }

  void WriteThinking() {
    if (reasoning_.thinking == ThinkingKind::kUnsaid) return;
    out_.Key("thinking").BeginObject();
    if (reasoning_.thinking == ThinkingKind::kAdaptive) {
      out_.Member("type", "adaptive");
      // Models with a budget show their thoughts unasked.
      if (request_.include_thinking) out_.Member("display", "summarized");
    } else {
      out_.Member("type", "enabled").Member("budget_tokens", reasoning_.budget_tokens);
    }
    out_.EndObject();
  }

  void WriteOutputConfig() {
    const bool schema = request_.format == AnswerFormat::kJsonSchema && request_.schema.has_value();
    if (!schema && reasoning_.effort.empty()) return;
    out_.Key("output_config").BeginObject();
    if (schema) {
      out_.Key("format").BeginObject().Member("type", "json_schema");
      out_.RawMember("schema", request_.schema->json).EndObject();
    }
    if (!reasoning_.effort.empty()) out_.Member("effort", reasoning_.effort);
    out_.EndObject();
  }

  void WriteGeneration() {
    const Generation& generation = request_.generation;
    if (generation.temperature) out_.Member("temperature", *generation.temperature);
    if (generation.top_p) out_.Member("top_p", *generation.top_p);
    if (generation.stop.empty()) return;
    out_.Key("stop_sequences").BeginArray();
    for (const std::string& stop : generation.stop) out_.String(stop);
    out_.EndArray();
  }

  const ProviderRow& row_;
  const ModelFamily& model_;
  const ChatRequest& request_;
  const Reasoning reasoning_;
  json::TextWriter out_;
};

}  // namespace

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) {
  ASSIGN_OR_RETURN(std::string written, BodyWriter(row, model, request).Write());
  return CompleteBody(row, model, request, std::move(written));
}

}  // namespace extractd::providers::anthropic
