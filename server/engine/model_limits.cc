#include "server/engine/model_limits.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"

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

bool UsesSecondDialect(const Plan& plan) {
  return plan.handler->responses != nullptr && plan.handler->dialect == plan.handler->responses;
}

bool IsRefused(const Plan& plan, std::string_view setting) {
  constexpr std::array<std::string_view, 2> kNotInResponses = {"seed", "stop"};
  const auto lists = [setting](const auto& names) {
    return std::ranges::find(names, setting) != names.end();
  };
  return lists(plan.handler->row->refuses) || lists(plan.family->refuses) ||
         (UsesSecondDialect(plan) && lists(kNotInResponses));
}

template <class Setting>
absl::Status DropIfRefused(Plan& plan, std::string_view name, Setting& setting) {
  if (setting == Setting() || !IsRefused(plan, name)) return absl::OkStatus();
  const std::string problem = fmt::format("model '{}' takes no {}", plan.model(), name);
  if (plan.on_unsupported == OnUnsupported::kFail) {
    return MakeError(
        {.reason = Reason::kSettingNotSupported,
         .metadata = {{"field", fmt::format("generation.{}", name)}, {"model", plan.model()}}},
        problem
    );
  }
  setting = Setting();
  plan.warnings.push_back({"SETTING_NOT_SUPPORTED", problem + "; it was left out"});
  return absl::OkStatus();
}

}  // namespace

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

absl::Status DropRefusedSettings(Plan& plan) {
  Generation& generation = plan.request.generation;
  RETURN_IF_ERROR(DropIfRefused(plan, "seed", generation.seed));
  RETURN_IF_ERROR(DropIfRefused(plan, "stop", generation.stop));
  RETURN_IF_ERROR(DropIfRefused(plan, "reasoning_effort", generation.reasoning_effort));
  return DropIfRefused(plan, "thinking_budget_tokens", generation.thinking_budget_tokens);
}

}  // namespace extractd
