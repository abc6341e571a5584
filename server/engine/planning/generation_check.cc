#include "server/engine/planning/generation_check.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/planning/dialect_choice.h"
#include "server/json/read.h"

namespace extractd {
namespace {

bool Lists(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class GenerationCheck {
 public:
  explicit GenerationCheck(Plan& plan)
      : plan_(plan), family_(*plan.family), generation_(plan.request.generation) {}

  absl::Status Run() {
    RETURN_IF_ERROR(CheckOff());
    RETURN_IF_ERROR(CheckTaken(generation_.reasoning_effort, "reasoning_effort"));
    RETURN_IF_ERROR(CheckTaken(generation_.thinking_budget_tokens, "thinking_budget_tokens"));
    RETURN_IF_ERROR(CheckTaken(generation_.max_output_tokens, "max_output_tokens"));
    RETURN_IF_ERROR(CheckTaken(generation_.seed, "seed"));
    RETURN_IF_ERROR(CheckTaken(generation_.temperature, "temperature"));
    RETURN_IF_ERROR(CheckTaken(generation_.top_p, "top_p"));
    if (!generation_.stop.empty() && IsRefused("stop")) {
      RETURN_IF_ERROR(Refuse("stop", "takes no stop"));
      generation_.stop.clear();
    }
    RETURN_IF_ERROR(CheckEffort());
    if (family_.sampling_while_reasoning || !Reasons()) return absl::OkStatus();
    RETURN_IF_ERROR(DropSampling(generation_.temperature, "temperature"));
    return DropSampling(generation_.top_p, "top_p");
  }

 private:
  bool IsRefused(std::string_view name) const {
    const bool unknown = UsesSecondDialect(plan_) && (name == "seed" || name == "stop");
    return unknown || IsLearned(name) || Lists(plan_.handler->row->refuses, name) ||
           Lists(family_.refuses, name);
  }

  // What the provider said of this model when it was asked for it.
  bool IsLearned(std::string_view name) const {
    const bool reasoning = name == "reasoning_effort" || name == "thinking_budget_tokens";
    return Lists(plan_.learned.settings, reasoning ? "reasoning" : name);
  }

  // An effort that the family is known to have no counterpart of. Of "none" every model has one:
  // the least that it can.
  absl::Status CheckEffort() {
    const std::optional<ReasoningEffort>& effort = generation_.reasoning_effort;
    if (family_.efforts.empty() || !effort.has_value() || *effort == ReasoningEffort::kNone) {
      return absl::OkStatus();
    }
    const auto index = static_cast<size_t>(*effort);
    if (index < family_.efforts.size() && !family_.efforts[index].empty()) return absl::OkStatus();
    RETURN_IF_ERROR(Refuse("reasoning_effort", "takes no reasoning_effort of that kind"));
    generation_.reasoning_effort.reset();
    return absl::OkStatus();
  }

  // The model will reason: it was told to, or does so and was not told not to. A free choice of
  // tools is there for models that think first.
  bool Reasons() const {
    const bool tools = !plan_.request.tools.empty();
    const bool free = tools && plan_.request.tool_use == ToolUse::kFree;
    if (IsReasoningOff(plan_)) return false;
    if (generation_.reasoning_effort.has_value()) {
      return *generation_.reasoning_effort != ReasoningEffort::kNone;
    }
    return generation_.thinking_budget_tokens.value_or(family_.reasons || free ? 1 : 0) > 0;
  }

  // Some models reason whatever they are told.
  absl::Status CheckOff() {
    const bool told_off = generation_.reasoning_effort == ReasoningEffort::kNone ||
                          generation_.thinking_budget_tokens == 0;
    if (!told_off || !family_.reasons || !family_.reasoning_off.empty()) return absl::OkStatus();
    const std::string_view name =
        generation_.reasoning_effort.has_value() ? "reasoning_effort" : "thinking_budget_tokens";
    RETURN_IF_ERROR(Refuse(name, "cannot be told not to reason"));
    generation_.reasoning_effort.reset();
    generation_.thinking_budget_tokens.reset();
    return absl::OkStatus();
  }

  template <class T>
  absl::Status CheckTaken(std::optional<T>& setting, std::string_view name) {
    if (!setting.has_value() || !IsRefused(name)) return absl::OkStatus();
    const std::string_view who = IsLearned(name) ? ", as its provider said" : "";
    RETURN_IF_ERROR(Refuse(name, fmt::format("takes no {}{}", name, who)));
    setting.reset();
    return absl::OkStatus();
  }

  absl::Status DropSampling(std::optional<double>& setting, std::string_view name) {
    if (!setting.has_value()) return absl::OkStatus();
    RETURN_IF_ERROR(Refuse(name, fmt::format("takes no {} while it reasons", name)));
    setting.reset();
    return absl::OkStatus();
  }

  // OK: the setting is to be left out, and the caller is told.
  absl::Status Refuse(std::string_view name, std::string_view why) {
    const std::string problem = fmt::format("model '{}' {}", plan_.model(), why);
    if (plan_.on_unsupported == OnUnsupported::kFail) {
      return MakeError(
          {.reason = Reason::kSettingNotSupported,
           .metadata = {{"field", fmt::format("generation.{}", name)}, {"model", plan_.model()}}},
          problem
      );
    }
    plan_.warnings.push_back({"SETTING_NOT_SUPPORTED", problem + "; it was left out"});
    return absl::OkStatus();
  }

  Plan& plan_;
  const ModelFamily& family_;
  Generation& generation_;
};

}  // namespace

absl::Status CheckGeneration(Plan& plan) {
  return GenerationCheck(plan).Run();
}

absl::Status CheckProviderOptions(const std::string& options) {
  if (options.empty() || json::IsJsonObject(options)) return absl::OkStatus();
  constexpr std::string_view kField = "generation.provider_options_json";
  constexpr std::string_view kProblem = "must be a JSON object";
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{std::string(kField), std::string(kProblem)}}},
      fmt::format("{}: {}", kField, kProblem)
  );
}

}  // namespace extractd
