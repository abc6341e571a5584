#include "server/engine/planning/dialect_choice.h"

#include <memory>
#include <utility>

namespace extractd {
namespace {

bool AsksForThoughts(const ChatRequest& request) {
  const Generation& generation = request.generation;
  if (generation.reasoning_effort == ReasoningEffort::kNone) return false;
  return generation.reasoning_effort.has_value() || generation.thinking_budget_tokens.has_value() ||
         request.tool_use == ToolUse::kFree;
}

bool NeedsSecondDialect(const ModelFamily& family, const ChatRequest& request) {
  const bool tools = !request.tools.empty();
  switch (family.responses) {
    case ResponsesUse::kNone:
      return false;
    case ResponsesUse::kThinkingWithTools:
      return tools && AsksForThoughts(request);
    case ResponsesUse::kTools:
      return tools;
    case ResponsesUse::kAll:
      return true;
  }
  return false;
}

}  // namespace

bool UsesSecondDialect(const Plan& plan) {
  return plan.handler->responses != nullptr && plan.handler->dialect == plan.handler->responses;
}

void ChooseDialect(Plan& plan) {
  const bool changes = plan.handler->responses != nullptr && !UsesSecondDialect(plan) &&
                       NeedsSecondDialect(*plan.family, plan.request);
  if (!changes) return;
  Handler other = *plan.handler;
  other.dialect = other.responses;
  plan.handler = std::make_shared<const Handler>(std::move(other));
}

bool IsReasoningOff(const Plan& plan) {
  const bool forced = !plan.request.tools.empty() && plan.request.tool_use != ToolUse::kFree;
  return forced && plan.family->tools_need_reasoning_off && !UsesSecondDialect(plan);
}

}  // namespace extractd
