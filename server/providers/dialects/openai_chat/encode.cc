// Writes request bodies. The schema's bytes are spliced in as they are.
#include <string>
#include <string_view>
#include <utility>

#include <absl/strings/str_replace.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/openai_chat/messages.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"

namespace extractd::providers::openai_chat {
namespace {

// The members by which reasoning is asked for where they are not the usual one.
std::string ReasoningMembers(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) {
  if (IsWithoutReasoning(model, request)) return {};
  const auto& budget = request.generation.thinking_budget_tokens;
  if (budget.has_value() && !row.budget.empty()) {
    return absl::StrReplaceAll(row.budget, {{"$", std::to_string(*budget)}});
  }
  const std::string_view effort = EffortWord(model, request.generation);
  if (effort.empty() || model.effort_form.empty()) return {};
  return absl::StrReplaceAll(model.effort_form, {{"${effort}", Absl(effort)}});
}

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row), model_(model), request_(request), out_(ExpectedBytes(request)) {}

  absl::StatusOr<std::string> Write() {
    out_.BeginObject().Member("model", request_.model);
    RETURN_IF_ERROR(WriteMessages(row_, model_, request_, out_));
    if (!request_.tools.empty()) WriteTools();
    WriteFormat();
    WriteGeneration();
    WriteReasoning();
    if (request_.stream) WriteStream();
    out_.EndObject();
    return std::move(out_).Take();
  }

 private:
  void WriteTools() {
    out_.Key("tools").BeginArray();
    for (const SchemaText& tool : request_.tools) WriteTool(tool);
    out_.EndArray();
    WriteToolChoice();
    if (!row_.sends_parallel_tool_calls) return;
    const bool free = request_.tool_use == ToolUse::kFree && request_.tools.size() > 1;
    out_.Member("parallel_tool_calls", free || request_.tool_use == ToolUse::kAtLeastOne);
  }

  void WriteTool(const SchemaText& tool) {
    out_.BeginObject().Member("type", "function").Key("function").BeginObject();
    out_.Member("name", tool.name);
    if (!tool.description.empty()) out_.Member("description", tool.description);
    out_.RawMember("parameters", tool.json);
    if (row_.sends_strict_tools) out_.Member("strict", tool.strict);
    out_.EndObject().EndObject();
  }

  void WriteToolChoice() {
    if (row_.tool_choice == ToolChoiceForm::kNone) return;
    const bool free = request_.tool_use == ToolUse::kFree || !model_.forced_tool;
    const bool by_name = row_.tool_choice == ToolChoiceForm::kNamed &&
                         request_.tool_use == ToolUse::kForced && request_.tools.size() == 1;
    if (free || row_.tool_choice == ToolChoiceForm::kAuto) {
      out_.Member("tool_choice", "auto");
    } else if (by_name) {
      out_.Key("tool_choice").BeginObject().Member("type", "function").Key("function");
      out_.BeginObject().Member("name", request_.tools[0].name).EndObject().EndObject();
    } else {
      const bool any = row_.tool_choice == ToolChoiceForm::kAny;
      out_.Member("tool_choice", any ? "any" : "required");
    }
  }

  void WriteFormat() {
    if (request_.format == AnswerFormat::kJsonObject) {
      out_.RawMember("response_format", R"({"type":"json_object"})");
    } else if (request_.format == AnswerFormat::kJsonSchema && request_.schema.has_value()) {
      WriteSchema(*request_.schema);
    }
  }

  void WriteSchema(const SchemaText& schema) {
    out_.Key("response_format").BeginObject().Member("type", "json_schema");
    if (row_.schema_form == SchemaForm::kFlat) {
      out_.RawMember("schema", schema.json).EndObject();
      return;
    }
    out_.Key("json_schema").BeginObject();
    if (row_.schema_form != SchemaForm::kSchemaOnly) {
      out_.Member("name", schema.name);
      if (!schema.description.empty()) out_.Member("description", schema.description);
    }
    out_.RawMember("schema", schema.json);
    if (row_.schema_form == SchemaForm::kStrict) out_.Member("strict", schema.strict);
    out_.EndObject().EndObject();
  }

  void WriteGeneration() {
    const Generation& generation = request_.generation;
    if (generation.temperature) out_.Member("temperature", *generation.temperature);
    if (generation.top_p) out_.Member("top_p", *generation.top_p);
    if (generation.max_output_tokens) {
      out_.Member(row_.max_tokens_field, *generation.max_output_tokens);
    }
    if (generation.seed) out_.Member(row_.seed_field, *generation.seed);
    if (generation.stop.empty()) return;
    out_.Key("stop").BeginArray();
    for (const std::string& stop : generation.stop) out_.String(stop);
    out_.EndArray();
  }

  void WriteReasoning() {
    const std::string_view effort = EffortWord(model_, request_.generation);
    if (effort.empty() || !ReasoningMembers(row_, model_, request_).empty()) return;
    const bool switched_off = IsWithoutReasoning(model_, request_) && !model_.reasoning_off.empty();
    if (!switched_off) out_.Member("reasoning_effort", effort);
  }

  void WriteStream() {
    out_.Member("stream", true);
    if (row_.asks_for_stream_usage) {
      out_.RawMember("stream_options", R"({"include_usage":true})");
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
  ASSIGN_OR_RETURN(std::string written, BodyWriter(row, model, request).Write());
  ASSIGN_OR_RETURN(written, MergeBodies(std::move(written), ReasoningMembers(row, model, request)));
  return CompleteBody(row, model, request, std::move(written));
}

}  // namespace extractd::providers::openai_chat
