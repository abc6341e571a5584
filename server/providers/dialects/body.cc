#include "server/providers/dialects/body.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

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

enum class Place : std::uint8_t { kUnder, kOver };

// More members are merged the long way.
constexpr size_t kMaxSplicedMembers = 16;

// The body may have a member of that name, here or further inside.
bool MayHave(std::string_view body, std::string_view name) {
  const std::string quoted = fmt::format("\"{}\"", name);
  return memmem(body.data(), body.size(), quoted.data(), quoted.size()) != nullptr;
}

// The members of an object that the body has none of, as text; nothing if that is not sure. No name
// may have an escape, so that each stands in the body as it is.
std::optional<std::string> NewMembers(std::string_view body, std::string_view object) {
  if (object.find('\\') != std::string_view::npos) return std::nullopt;
  const json::ParseResult parsed = json::ParseView(object);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->root().is_object()) return std::nullopt;
  const json::Value& root = document->root();
  if (root.size() == 0 || root.size() > kMaxSplicedMembers) return std::nullopt;
  for (const json::Value& member : root) {
    const bool doubled = root.Find(member.key()) != &member;
    if (doubled || MayHave(body, member.key())) return std::nullopt;
  }
  return json::ToText(root);
}

// `body`, which a dialect wrote, with the members of `object` under or over its own. Where they
// have no name in common, which is the rule, the body is not read.
absl::StatusOr<std::string> With(std::string body, Place place, const std::string& object) {
  if (object.empty()) return body;
  std::optional<std::string> members;
  if (body.size() > 2) members = NewMembers(body, object);
  if (!members.has_value()) {
    return place == Place::kUnder ? MergeBodies(object, std::move(body))
                                  : MergeBodies(std::move(body), object);
  }
  std::string& first = place == Place::kUnder ? *members : body;
  const std::string& second = place == Place::kUnder ? body : *members;
  first.back() = ',';
  first.append(second, 1);
  return std::move(first);
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
  ASSIGN_OR_RETURN(std::string body, With(std::move(written), Place::kUnder, model.body));
  ASSIGN_OR_RETURN(body, With(std::move(body), Place::kUnder, row.body));
  if (IsWithoutReasoning(model, request)) {
    ASSIGN_OR_RETURN(body, With(std::move(body), Place::kOver, model.reasoning_off));
  } else if (request.include_thinking) {
    ASSIGN_OR_RETURN(body, With(std::move(body), Place::kOver, model.thinking_shown));
  }
  return With(std::move(body), Place::kOver, request.extra_body);
}

}  // namespace extractd::providers
