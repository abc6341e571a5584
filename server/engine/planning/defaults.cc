#include "server/engine/planning/defaults.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/engine/callers/principal.h"

namespace extractd {
namespace {

const CallerDefaults& DefaultsOf(const ExtractCall& call) {
  static const CallerDefaults none;
  return call.caller == nullptr ? none : call.caller->defaults;
}

const CallerBounds& BoundsOf(const ExtractCall& call) {
  static const CallerBounds none;
  return call.caller == nullptr ? none : call.caller->bounds;
}

SendTimers TimersOf(const ProviderRow& row, const TimerOverrides& overrides) {
  SendTimers timers = row.timers;
  timers.total = overrides.attempt.value_or(timers.total);
  timers.first_byte = overrides.first_byte.value_or(timers.first_byte);
  timers.idle = overrides.idle.value_or(timers.idle);
  return timers;
}

absl::Status CheckBounds(const ExtractCall& call) {
  const auto bound = BoundsOf(call).attempts;
  const auto asked = call.retry.max_attempts;
  if (!bound.has_value() || !asked.has_value() || *asked <= *bound) return absl::OkStatus();
  const std::string problem =
      fmt::format("is above {}, the limit_attempts of principal '{}'", *bound, call.caller->name);
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{"retry.max_attempts", problem}}},
      "retry.max_attempts: " + problem
  );
}

RetryPolicy RetryOf(
    const ExtractCall& call, const CallSettings& settings, std::string_view provider
) {
  RetryPolicy retry = settings.retry;
  const auto of_provider = settings.provider_retry.find(provider);
  if (of_provider != settings.provider_retry.end()) retry = Apply(of_provider->second, retry);
  retry = Apply(call.retry, Apply(DefaultsOf(call).retry, retry));
  retry.max_attempts =
      std::min(retry.max_attempts, BoundsOf(call).attempts.value_or(retry.max_attempts));
  return retry;
}

}  // namespace

const std::string& ModelOf(const ExtractCall& call, const CallSettings& settings) {
  if (!call.model.empty()) return call.model;
  const std::string& of_caller = DefaultsOf(call).model;
  return of_caller.empty() ? settings.default_model : of_caller;
}

int MaxAttemptsOf(const ExtractCall& call, const CallSettings& settings) {
  return RetryOf(call, settings, "").max_attempts;
}

SteadyTime AnswerTime(SteadyTime deadline, SteadyTime now) {
  constexpr std::chrono::milliseconds kLongestMargin{25};
  const auto left = deadline - now;
  return deadline - std::min<std::chrono::nanoseconds>(left / 10, kLongestMargin);
}

SteadyTime DeadlineOf(const ExtractCall& call, const CallSettings& settings, SteadyTime now) {
  const auto longest = BoundsOf(call).deadline;
  const auto bound = longest.has_value() ? now + *longest : SteadyTime::max();
  if (!call.deadline.has_value()) {
    const auto usual = DefaultsOf(call).deadline.value_or(settings.default_deadline);
    return std::min(bound, now + usual);
  }
  return std::min(bound, AnswerTime(*call.deadline, now));
}

absl::Status FillSettings(
    const ExtractCall& call, const CallSettings& settings, SteadyTime now, Plan& plan
) {
  const absl::Status checked = CheckBounds(call);
  if (!checked.ok()) return checked;
  const CallerDefaults& caller = DefaultsOf(call);
  plan.caller = call.caller;
  plan.retry = RetryOf(call, settings, plan.provider());
  plan.judge.max_loss = call.max_loss.value_or(caller.max_loss.value_or(settings.max_loss));
  plan.judge.assert_formats =
      call.assert_formats.value_or(caller.assert_formats.value_or(settings.assert_formats));
  plan.on_invalid = call.on_invalid.value_or(caller.on_invalid.value_or(settings.on_invalid));
  plan.timers = TimersOf(*plan.handler->row, call.timers);
  plan.deadline = DeadlineOf(call, settings, now);
  return absl::OkStatus();
}

}  // namespace extractd
