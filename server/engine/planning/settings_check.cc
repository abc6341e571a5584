#include "server/engine/planning/settings_check.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/json/parse.h"

namespace extractd {
namespace {

class SettingsCheck {
 public:
  explicit SettingsCheck(Plan& plan) : plan_(plan), generation_(plan.request.generation) {}

  absl::Status Check() {
    RETURN_IF_ERROR(CheckSampling());
    RETURN_IF_ERROR(CheckEffort());
    return CheckLearned();
  }

 private:
  // A setting that is left out, or what the caller is told instead.
  template <class Setting>
  absl::Status Drop(Setting& setting, std::string_view name, std::string_view why) {
    if (setting == Setting()) return absl::OkStatus();
    const std::string problem = fmt::format("model '{}' takes no {}{}", plan_.model(), name, why);
    if (plan_.on_unsupported == OnUnsupported::kFail) {
      return MakeError(
          {.reason = Reason::kSettingNotSupported,
           .metadata = {{"field", fmt::format("generation.{}", name)}, {"model", plan_.model()}}},
          problem
      );
    }
    setting = Setting();
    plan_.warnings.push_back({"SETTING_NOT_SUPPORTED", problem + "; it was left out"});
    return absl::OkStatus();
  }

  absl::Status CheckSampling() {
    const ModelFamily& family = *plan_.family;
    const bool switched_off = !plan_.request.tools.empty() && family.tools_need_reasoning_off;
    if (!family.reasons || family.sampling_while_reasoning || switched_off) return absl::OkStatus();
    RETURN_IF_ERROR(Drop(generation_.temperature, "temperature", " while it reasons"));
    return Drop(generation_.top_p, "top_p", " while it reasons");
  }

  // An effort that the family is known to have no counterpart of. Of "none" every model has one:
  // the least that it can.
  absl::Status CheckEffort() {
    const std::vector<std::string>& efforts = plan_.family->efforts;
    const auto& effort = generation_.reasoning_effort;
    if (efforts.empty() || !effort.has_value()) return absl::OkStatus();
    const auto index = static_cast<size_t>(*effort);
    if (index < efforts.size() && !efforts[index].empty()) return absl::OkStatus();
    if (*effort == ReasoningEffort::kNone) return absl::OkStatus();
    return Drop(generation_.reasoning_effort, "reasoning_effort", " of that kind");
  }

  absl::Status CheckLearned() {
    const auto refused = [this](std::string_view name) {
      return std::ranges::find(plan_.learned.settings, name) != plan_.learned.settings.end();
    };
    constexpr std::string_view kSaid = ", as its provider said";
    if (refused("temperature")) {
      RETURN_IF_ERROR(Drop(generation_.temperature, "temperature", kSaid));
    }
    if (refused("top_p")) RETURN_IF_ERROR(Drop(generation_.top_p, "top_p", kSaid));
    if (refused("seed")) RETURN_IF_ERROR(Drop(generation_.seed, "seed", kSaid));
    if (refused("stop")) RETURN_IF_ERROR(Drop(generation_.stop, "stop", kSaid));
    if (!refused("reasoning")) return absl::OkStatus();
    RETURN_IF_ERROR(Drop(generation_.reasoning_effort, "reasoning_effort", kSaid));
    return Drop(generation_.thinking_budget_tokens, "thinking_budget_tokens", kSaid);
  }

  Plan& plan_;
  Generation& generation_;
};

}  // namespace

absl::Status CheckSettings(Plan& plan) {
  return SettingsCheck(plan).Check();
}

absl::Status CheckProviderOptions(const std::string& options) {
  if (options.empty()) return absl::OkStatus();
  const json::ParseResult parsed = json::ParseView(options);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document != nullptr && document->root().is_object()) return absl::OkStatus();
  constexpr std::string_view kField = "generation.provider_options_json";
  constexpr std::string_view kProblem = "must be a JSON object";
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{std::string(kField), std::string(kProblem)}}},
      fmt::format("{}: {}", kField, kProblem)
  );
}

}  // namespace extractd
