// Writes request bodies. The schema's bytes are spliced in as they are.
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "server/json/write.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/openai_chat.h"

namespace extractd::providers::openai_chat {
namespace {

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kSystem:
      return "system";
    case Role::kUser:
      return "user";
    case Role::kAssistant:
      return "assistant";
    case Role::kTool:
      return "tool";
  }
  return "user";
}

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row), model_(model), request_(request) {}

  std::string Write() {
    out_.reserve(EstimateBytes());
    out_ += "{\"model\":";
    json::WriteString(request_.model, out_);
    PutMessages();
    if (!request_.tools.empty()) PutTools();
    PutFormat();
    PutGeneration();
    out_ += '}';
    return std::move(out_);
  }

 private:
  size_t EstimateBytes() const {
    size_t bytes = 512;
    for (const Message& message : request_.messages) bytes += message.text.size() * 9 / 8 + 64;
    for (const SchemaText& tool : request_.tools) bytes += tool.json.size();
    if (request_.schema.has_value()) bytes += request_.schema->json.size();
    return bytes;
  }

  void PutString(std::string_view key, std::string_view value) {
    out_.append(",\"").append(key).append("\":");
    json::WriteString(value, out_);
  }

  template <class Number>
  void PutNumber(std::string_view key, Number value) {
    fmt::format_to(std::back_inserter(out_), ",\"{}\":{}", key, value);
  }

  void PutMessages() {
    out_ += ",\"messages\":[";
    bool first = true;
    for (const Message& message : request_.messages) {
      if (!first) out_ += ',';
      first = false;
      PutMessage(message);
    }
    out_ += ']';
  }

  void PutMessage(const Message& message) {
    out_.append("{\"role\":\"").append(RoleName(message.role)).append("\"");
    if (message.role == Role::kTool) PutString("tool_call_id", message.tool_call_id);
    if (!message.text.empty() || message.tool_calls.empty()) PutString("content", message.text);
    if (!message.tool_calls.empty()) PutToolCalls(message);
    out_ += '}';
  }

  void PutToolCalls(const Message& message) {
    out_ += ",\"tool_calls\":[";
    bool first = true;
    for (const ToolCall& call : message.tool_calls) {
      if (!first) out_ += ',';
      first = false;
      out_ += "{\"type\":\"function\"";
      PutString("id", call.id);
      out_ += ",\"function\":{\"name\":";
      json::WriteString(call.name, out_);
      PutString("arguments", call.arguments);
      out_ += "}}";
    }
    out_ += ']';
  }

  void PutTools() {
    out_ += ",\"tools\":[";
    for (const SchemaText& tool : request_.tools) {
      if (out_.back() != '[') out_ += ',';
      PutTool(tool);
    }
    out_ += ']';
    PutToolChoice();
    const bool one = request_.tool_use == ToolUse::kForced;
    if (one && row_.sends_parallel_tool_calls) out_ += ",\"parallel_tool_calls\":false";
  }

  void PutTool(const SchemaText& tool) {
    out_ += "{\"type\":\"function\",\"function\":{\"name\":";
    json::WriteString(tool.name, out_);
    if (!tool.description.empty()) PutString("description", tool.description);
    out_.append(",\"parameters\":").append(tool.json);
    if (row_.sends_strict_tools) out_ += tool.strict ? ",\"strict\":true" : ",\"strict\":false";
    out_ += "}}";
  }

  void PutToolChoice() {
    if (row_.tool_choice == ToolChoiceForm::kNone) return;
    const bool named = row_.tool_choice == ToolChoiceForm::kNamed && request_.tools.size() == 1;
    if (!model_.forced_tool || request_.tool_use == ToolUse::kFree) {
      out_ += ",\"tool_choice\":\"auto\"";
    } else if (request_.tool_use == ToolUse::kForced && named) {
      out_ += ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":";
      json::WriteString(request_.tools[0].name, out_);
      out_ += "}}";
    } else {
      out_ += ",\"tool_choice\":\"required\"";
    }
  }

  void PutFormat() {
    if (request_.format == AnswerFormat::kJsonObject) {
      out_ += R"(,"response_format":{"type":"json_object"})";
    } else if (request_.format == AnswerFormat::kJsonSchema && request_.schema.has_value()) {
      const SchemaText& schema = *request_.schema;
      out_ += R"(,"response_format":{"type":"json_schema","json_schema":{"name":)";
      json::WriteString(schema.name, out_);
      if (!schema.description.empty()) PutString("description", schema.description);
      out_.append(",\"schema\":").append(schema.json);
      out_ += schema.strict ? ",\"strict\":true}}" : ",\"strict\":false}}";
    }
  }

  void PutGeneration() {
    const Generation& generation = request_.generation;
    if (generation.temperature) PutNumber("temperature", *generation.temperature);
    if (generation.top_p) PutNumber("top_p", *generation.top_p);
    if (generation.max_output_tokens) {
      PutNumber(row_.max_tokens_field, *generation.max_output_tokens);
    }
    if (generation.seed) PutNumber("seed", *generation.seed);
    if (generation.stop.empty()) return;
    out_ += ",\"stop\":[";
    for (size_t i = 0; i < generation.stop.size(); ++i) {
      if (i > 0) out_ += ',';
      json::WriteString(generation.stop[i], out_);
    }
    out_ += ']';
  }

  const ProviderRow& row_;
  const ModelFamily& model_;
  const ChatRequest& request_;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) {
  return CompleteBody(row, model, request, BodyWriter(row, model, request).Write());
}

}  // namespace extractd::providers::openai_chat
