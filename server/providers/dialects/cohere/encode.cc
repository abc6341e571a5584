// Writes request bodies. The schema's bytes are spliced in as they are.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <absl/strings/numbers.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/cohere/cohere_chat.h"
#include "server/providers/dialects/media.h"

namespace extractd::providers::cohere {
namespace {

// Tokens for thinking where a model's row says nothing else; high has no bound.
constexpr std::array<std::string_view, 4> kEffortBudgets = {"", "1024", "4096", ""};

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row), model_(model), request_(request), out_(ExpectedBytes(request)) {}

  absl::StatusOr<std::string> Write() && {
    out_.BeginObject().Member("model", request_.model).Member("stream", request_.stream);
    out_.Key("messages").BeginArray();
    for (const Message& message : request_.messages) RETURN_IF_ERROR(PutMessage(message));
    out_.EndArray();
    if (documents_apart()) PutDocuments();
    if (!request_.tools.empty()) PutTools();
    PutFormat();
    PutGeneration();
    PutThinking();
    out_.EndObject();
    return std::move(out_).Take();
  }

 private:
  // `documents` and `response_format` exclude each other: beside the latter they stand in the text.
  bool documents_apart() const { return request_.format == AnswerFormat::kText; }

  absl::Status PutMessage(const Message& message) {
    if (message.role == Role::kAssistant && !message.verbatim.empty()) {
      out_.Raw(message.verbatim);
      return absl::OkStatus();
    }
    out_.BeginObject().Member("role", RoleName(message.role));
    if (message.role == Role::kTool) out_.Member("tool_call_id", message.tool_call_id);
    if (!message.tool_calls.empty()) PutToolCalls(message);
    if (!message.media.empty() || PutsThoughts(message)) {
      RETURN_IF_ERROR(PutParts(message));
    } else if (!message.text.empty() || message.tool_calls.empty()) {
      out_.Member("content", message.text);
    }
    out_.EndObject();
    return absl::OkStatus();
  }

  // Before calls, thoughts are the plan.
  static bool PutsThoughts(const Message& message) {
    return !message.thinking.empty() && message.tool_calls.empty();
  }

  void PutToolCalls(const Message& message) {
    std::string plan;
    for (const Thinking& thought : message.thinking) plan += thought.text;
    if (!plan.empty()) out_.Member("tool_plan", plan);
    out_.Key("tool_calls").BeginArray();
    for (const ToolCall& call : message.tool_calls) {
      out_.BeginObject().Member("id", call.id).Member("type", "function").Key("function");
      out_.BeginObject().Member("name", call.name).Member("arguments", call.arguments);
      out_.EndObject().EndObject();
    }
    out_.EndArray();
  }

  absl::Status PutParts(const Message& message) {
    out_.Key("content").BeginArray();
    if (PutsThoughts(message)) {
      for (const Thinking& thought : message.thinking) {
        out_.BeginObject().Member("type", "thinking").Member("thinking", thought.text).EndObject();
      }
    }
    const auto on_text = [this](std::string_view text) { PutText(text); };
    const auto on_media = [this](const Media& media) { return PutMedia(media); };
    RETURN_IF_ERROR(ForEachPart(message, on_text, on_media));
    out_.EndArray();
    return absl::OkStatus();
  }

  void PutText(std::string_view text) {
    out_.BeginObject().Member("type", "text").Member("text", text).EndObject();
  }

  absl::Status PutMedia(const Media& media) {
    if (IsTextDocument(media)) {
      if (!documents_apart()) PutText(media.content);
      return absl::OkStatus();
    }
    if (media.kind != MediaKind::kImage || media.source == MediaSource::kFileId) {
      return UnsupportedMedia(row_.name, media);
    }
    const bool bytes = media.source == MediaSource::kBytes;
    out_.BeginObject().Member("type", "image_url").Key("image_url");
    out_.BeginObject().Member("url", bytes ? DataUrl(media) : media.content);
    out_.EndObject().EndObject();
    return absl::OkStatus();
  }

  void PutDocuments() {
    bool any = false;
    for (const Message& message : request_.messages) {
      for (const Media& media : message.media) {
        if (!IsTextDocument(media)) continue;
        if (!any) out_.Key("documents").BeginArray();
        any = true;
        out_.BeginObject().Key("data").BeginObject();
        if (!media.filename.empty()) out_.Member("title", media.filename);
        out_.Member("text", media.content).EndObject().EndObject();
      }
    }
    if (any) out_.EndArray();
  }

  void PutTools() {
    out_.Key("tools");
    WriteFunctionTools(request_.tools, out_);
    // There is no choice by name: who wants one tool sends only that one.
    const bool forced = request_.tool_use != ToolUse::kFree && model_.forced_tool &&
                        row_.tool_choice != ToolChoiceForm::kNone;
    if (forced) out_.Member("tool_choice", "REQUIRED");
    const bool strict = std::ranges::all_of(request_.tools, &SchemaText::strict);
    if (row_.sends_strict_tools && strict) out_.Member("strict_tools", true);
  }

  void PutFormat() {
    if (request_.format == AnswerFormat::kText) return;
    out_.Key("response_format").BeginObject().Member("type", "json_object");
    if (request_.format == AnswerFormat::kJsonSchema && request_.schema.has_value()) {
      out_.RawMember("json_schema", request_.schema->json);
    }
    out_.EndObject();
  }

  void PutGeneration() {
    const Generation& generation = request_.generation;
    if (generation.temperature) out_.Member("temperature", *generation.temperature);
    if (generation.top_p) out_.Member("p", *generation.top_p);
    if (generation.max_output_tokens) {
      out_.Member(row_.max_tokens_field, *generation.max_output_tokens);
    }
    if (generation.seed) out_.Member("seed", *generation.seed);
    if (generation.stop.empty()) return;
    out_.Key("stop_sequences").BeginArray();
    for (const std::string& stop : generation.stop) out_.String(stop);
    out_.EndArray();
  }

  void PutThinking() {
    const Generation& generation = request_.generation;
    const bool none = generation.reasoning_effort == ReasoningEffort::kNone ||
                      generation.thinking_budget_tokens == 0;
    if (none) {
      // Models that cannot think do not take the field.
      if (model_.reasons) PutThinkingOf("disabled", 0);
    } else if (generation.thinking_budget_tokens) {
      PutThinkingOf("enabled", *generation.thinking_budget_tokens);
    } else if (generation.reasoning_effort) {
      PutThinkingOf("enabled", BudgetOf(*generation.reasoning_effort));
    }
  }

  void PutThinkingOf(std::string_view type, std::int32_t budget) {
    out_.Key("thinking").BeginObject().Member("type", type);
    if (budget > 0) out_.Member("token_budget", budget);
    out_.EndObject();
  }

  // Tokens; 0: no bound.
  std::int32_t BudgetOf(ReasoningEffort effort) const {
    const auto level = static_cast<size_t>(effort);
    std::string_view words = level < kEffortBudgets.size() ? kEffortBudgets.at(level) : "";
    if (level < model_.efforts.size()) words = model_.efforts[level];
    std::int32_t budget = 0;
    return absl::SimpleAtoi(Absl(words), &budget) ? budget : 0;
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
  return CompleteBody(row, model, request, std::move(written));
}

}  // namespace extractd::providers::cohere
