#include "server/providers/dialects/body.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "server/base/status_macros.h"
#include "server/json/merge.h"
#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::providers {
namespace {

// Up to so many tokens of thoughts are a low effort, and a medium one.
constexpr std::int32_t kLowBudget = 4096;
constexpr std::int32_t kMediumBudget = 16384;

std::optional<ReasoningEffort> EffortOf(const Generation& generation) {
  if (generation.reasoning_effort.has_value()) return generation.reasoning_effort;
  if (!generation.thinking_budget_tokens.has_value()) return std::nullopt;
  const std::int32_t budget = *generation.thinking_budget_tokens;
  if (budget == 0) return ReasoningEffort::kNone;
  if (budget <= kLowBudget) return ReasoningEffort::kLow;
  return budget <= kMediumBudget ? ReasoningEffort::kMedium : ReasoningEffort::kHigh;
}

}  // namespace

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

size_t ExpectedBytes(const ChatRequest& request) {
  size_t bytes = 512;
  for (const Message& message : request.messages) {
    bytes += message.text.size() * 9 / 8 + message.verbatim.size() + 64;
    for (const Media& media : message.media) bytes += media.content.size() * 4 / 3 + 128;
  }
  for (const SchemaText& tool : request.tools) bytes += tool.json.size() + 256;
  if (request.schema.has_value()) bytes += request.schema->json.size() * 5 / 4;
  return bytes;
}

void WriteFunctionTools(const std::vector<SchemaText>& tools, json::TextWriter& out) {
  out.BeginArray();
  for (const SchemaText& tool : tools) {
    out.BeginObject().Member("type", "function").Key("function").BeginObject();
    out.Member("name", tool.name);
    if (!tool.description.empty()) out.Member("description", tool.description);
    out.RawMember("parameters", tool.json).EndObject().EndObject();
  }
  out.EndArray();
}

absl::StatusOr<std::string> MergeBodies(std::string base, std::string patch) {
  if (base.empty()) return patch;
  if (patch.empty()) return base;
  const json::ParseResult under = json::ParseView(base);
  const json::ParseResult over = json::ParseView(patch);
  const auto* base_document = std::get_if<json::Document>(&under);
  const auto* patch_document = std::get_if<json::Document>(&over);
  if (base_document == nullptr || patch_document == nullptr || !base_document->root().is_object() ||
      !patch_document->root().is_object()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  return json::ToText(json::Merge(base_document->root(), patch_document->root()).root());
}

bool IsWithoutReasoning(const ModelFamily& model, const ChatRequest& request) {
  if (EffortOf(request.generation) == ReasoningEffort::kNone) return true;
  const bool forced = !request.tools.empty() && request.tool_use != ToolUse::kFree;
  return forced && model.tools_need_reasoning_off;
}

std::string_view EffortWord(const ModelFamily& model, const Generation& generation) {
  static constexpr std::array<std::string_view, 4> kOwnWords = {"none", "low", "medium", "high"};
  const std::optional<ReasoningEffort> effort = EffortOf(generation);
  if (!effort.has_value()) return {};
  const auto index = static_cast<size_t>(*effort);
  return index < model.efforts.size() ? model.efforts[index] : kOwnWords.at(index);
}

absl::StatusOr<std::string> CompleteBody(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    std::string written
) {
  ASSIGN_OR_RETURN(std::string body, MergeBodies(model.body, std::move(written)));
  ASSIGN_OR_RETURN(body, MergeBodies(row.body, std::move(body)));
  if (IsWithoutReasoning(model, request)) {
    ASSIGN_OR_RETURN(body, MergeBodies(std::move(body), model.reasoning_off));
  } else if (request.include_thinking) {
    ASSIGN_OR_RETURN(body, MergeBodies(std::move(body), model.thinking_shown));
  }
  return MergeBodies(std::move(body), request.extra_body);
}

}  // namespace extractd::providers
