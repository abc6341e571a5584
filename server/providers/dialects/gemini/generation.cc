#include "server/providers/dialects/gemini/generation.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/strings/ascii.h>

namespace extractd::providers::gemini {
namespace {

// What every model since the third generation takes.
constexpr std::array<std::string_view, 4> kUsualEfforts = {"LOW", "LOW", "MEDIUM", "HIGH"};

// Up to so many tokens are an effort of none, low and medium, where only words are taken.
constexpr std::array<std::int32_t, 3> kBudgetsOfEfforts = {0, 4096, 16384};

std::string_view EffortText(const ModelFamily& model, ReasoningEffort effort) {
  const auto place = static_cast<size_t>(effort);
  if (model.efforts.empty()) return kUsualEfforts.at(place);
  return place < model.efforts.size() ? std::string_view(model.efforts[place]) : "";
}

ReasoningEffort EffortOf(std::int32_t budget) {
  size_t effort = 0;
  while (effort < kBudgetsOfEfforts.size() && budget > kBudgetsOfEfforts.at(effort)) ++effort;
  return static_cast<ReasoningEffort>(effort);
}

// The number of tokens or the word to send; empty: nothing.
std::string AmountOfThinking(const ModelFamily& model, const Generation& generation) {
  if (generation.reasoning_effort) {
    return std::string(EffortText(model, *generation.reasoning_effort));
  }
  if (!generation.thinking_budget_tokens) return {};
  const std::int32_t budget = *generation.thinking_budget_tokens;
  if (ThinksByBudget(model)) return std::to_string(budget);
  return std::string(EffortText(model, EffortOf(budget)));
}

void WriteThinkingConfig(
    const ModelFamily& model, const ChatRequest& request, json::TextWriter& out
) {
  const bool thinks = !EffortText(model, ReasoningEffort::kHigh).empty();
  const std::string amount = AmountOfThinking(model, request.generation);
  // Thoughts are refused where there will be none.
  const bool show = request.include_thinking && thinks && amount != "0";
  if (amount.empty() && !show) return;
  out.Key("thinkingConfig").BeginObject();
  if (!amount.empty()) {
    if (ThinksByBudget(model)) {
      out.RawMember("thinkingBudget", amount);
    } else {
      out.Member("thinkingLevel", amount);
    }
  }
  if (show) out.Member("includeThoughts", true);
  out.EndObject();
}

void WriteFormat(const ProviderRow& row, const ChatRequest& request, json::TextWriter& out) {
  if (request.format == AnswerFormat::kText) return;
  out.Member("responseMimeType", "application/json");
  if (request.format != AnswerFormat::kJsonSchema || !request.schema.has_value()) return;
  const bool open_api = IsOpenApi(row, *request.schema);
  out.RawMember(open_api ? "responseSchema" : "responseJsonSchema", request.schema->json);
}

void WriteSampling(const Generation& generation, json::TextWriter& out) {
  if (generation.temperature) out.Member("temperature", *generation.temperature);
  if (generation.top_p) out.Member("topP", *generation.top_p);
  if (generation.max_output_tokens) out.Member("maxOutputTokens", *generation.max_output_tokens);
  if (generation.seed) out.Member("seed", *generation.seed);
  if (generation.stop.empty()) return;
  out.Key("stopSequences").BeginArray();
  for (const std::string& stop : generation.stop) out.String(stop);
  out.EndArray();
}

}  // namespace

bool IsOpenApi(const ProviderRow& row, const SchemaText& schema) {
  // What was not lowered is in the caller's own JSON Schema, whatever the row enforces.
  return schema.strict && row.enforcement == "gemini_openapi";
}

bool ThinksByBudget(const ModelFamily& model) {
  if (model.efforts.empty()) return false;
  const std::string& most = model.efforts.back();
  return most.empty() || absl::ascii_isdigit(static_cast<unsigned char>(most.front()));
}

void WriteGenerationConfig(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    json::TextWriter& out
) {
  json::TextWriter config;
  config.BeginObject();
  WriteSampling(request.generation, config);
  WriteFormat(row, request, config);
  WriteThinkingConfig(model, request, config);
  config.EndObject();
  if (config.text() != "{}") out.RawMember("generationConfig", config.text());
}

}  // namespace extractd::providers::gemini
