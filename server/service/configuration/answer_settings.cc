#include "server/service/configuration/answer_settings.h"

#include <algorithm>
#include <array>
#include <string>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/service/configuration/setting_kinds.h"

namespace extractd {
namespace {

template <class Value>
struct Choice {
  std::string_view name;
  Value value;
};

constexpr std::array kOnInvalid = {
    Choice{"fail", OnInvalid::kFail}, Choice{"return_best_effort", OnInvalid::kReturnBestEffort}
};
constexpr std::array kReaskStrategies = {
    Choice{"full", ReaskStrategy::kFull}, Choice{"patch", ReaskStrategy::kPatch}
};
constexpr std::array kOnTruncated = {
    Choice{"fail", OnTruncated::kFail},
    Choice{"raise_limit", OnTruncated::kRaiseLimit},
    Choice{"continue", OnTruncated::kContinue}
};

template <class Choices>
auto ValueOf(const Choices& choices, std::string_view text) {
  using Value = decltype(choices.front().value);
  for (const auto& choice : choices) {
    if (choice.name == text) return std::optional<Value>(choice.value);
  }
  return std::optional<Value>();
}

template <class Choices, class At>
Setting ChoiceSetting(const Naming& naming, const Choices& choices, At at) {
  std::string words;
  for (const auto& choice : choices) {
    words += fmt::format("{}{}", words.empty() ? "" : " or ", choice.name);
  }
  return {
      .name = naming.name,
      .type = words,
      .default_text = {},
      .request_field = naming.request_field,
      .reloadable = naming.reloadable,
      .help = naming.help,
      .set =
          [&choices, at, words](std::string_view text, Config& config) {
            const auto value = ValueOf(choices, text);
            if (!value.has_value()) return absl::InvalidArgumentError("must be " + words);
            at(config) = *value;
            return absl::OkStatus();
          },
      .get =
          [&choices, at](const Config& config) {
            const auto* found = std::ranges::find_if(choices, [&](const auto& choice) {
              return choice.value == at(config);
            });
            return std::string(found == choices.end() ? choices.front().name : found->name);
          },
  };
}

}  // namespace

std::optional<OnInvalid> OnInvalidOf(std::string_view text) {
  return ValueOf(kOnInvalid, text);
}

std::optional<ReaskStrategy> ReaskStrategyOf(std::string_view text) {
  return ValueOf(kReaskStrategies, text);
}

std::optional<OnTruncated> OnTruncatedOf(std::string_view text) {
  return ValueOf(kOnTruncated, text);
}

void AddAnswerSettings(std::vector<Setting>& table) {
  table.push_back(ChoiceSetting(
      {.name = "on_invalid",
       .request_field = "validation.on_invalid",
       .reloadable = true,
       .help = "What a call returns when no answer was valid."},
      kOnInvalid,
      [](auto& c) -> auto& { return c.calls.on_invalid; }
  ));
  table.push_back(ChoiceSetting(
      {.name = "reask_strategy",
       .request_field = "retry.reask_strategy",
       .reloadable = true,
       .help = "What a re-ask asks for: the whole answer again, or its wrong parts alone "
               "(docs/reliability.md)."},
      kReaskStrategies,
      [](auto& c) -> auto& { return c.calls.retry.reask_strategy; }
  ));
  table.push_back(ChoiceSetting(
      {.name = "on_truncated",
       .request_field = "retry.on_truncated",
       .reloadable = true,
       .help = "What an answer does that was cut by the token limit: fail, be asked for again with "
               "twice the limit, or go on where it stopped."},
      kOnTruncated,
      [](auto& c) -> auto& { return c.calls.retry.on_truncated; }
  ));
}

}  // namespace extractd
