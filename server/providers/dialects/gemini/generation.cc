#include "server/providers/dialects/gemini/generation.h"

#include <string>

#include <absl/strings/ascii.h>

#include "server/providers/dialects/body.h"

namespace extractd::providers::gemini {
namespace {

// Of a model that nobody described: what all take since the third generation.
const ModelFamily& Described(const ModelFamily& model) {
  static const ModelFamily kUsual = {.efforts = {"LOW", "LOW", "MEDIUM", "HIGH"}};
  return model.efforts.empty() ? kUsual : model;
}

// The number of tokens or the word to send; empty: nothing.
std::string AmountOfThinking(const ModelFamily& model, const Generation& generation) {
  const auto budget = generation.thinking_budget_tokens;
  if (budget && !generation.reasoning_effort && ThinksByBudget(model)) {
    return std::to_string(*budget);
  }
  return std::string(EffortWord(model, generation));
}

void WriteThinkingConfig(
    const ModelFamily& model, const ChatRequest& request, json::TextWriter& out
) {
  const bool thinks = !model.efforts.back().empty();
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
  WriteThinkingConfig(Described(model), request, config);
  config.EndObject();
  if (config.text() != "{}") out.RawMember("generationConfig", config.text());
}

}  // namespace extractd::providers::gemini
