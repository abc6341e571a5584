#include "server/service/extraction/effective_request.h"

#include <array>
#include <cstdint>
#include <string>

#include "server/service/callers/asked_priority.h"
#include "server/service/configuration/retry_conditions.h"
#include "server/service/extraction/messages.h"

namespace extractd {
namespace {

v1::TextEncoding NumberOf(TextEncoding encoding) {
  return encoding == TextEncoding::kToon ? v1::TEXT_ENCODING_TOON : v1::TEXT_ENCODING_JSON;
}

v1::OutputKind NumberOf(OutputKind kind) {
  switch (kind) {
    case OutputKind::kOne:
      return v1::OUTPUT_KIND_ONE;
    case OutputKind::kIterable:
      return v1::OUTPUT_KIND_ITERABLE;
    case OutputKind::kMaybe:
      return v1::OUTPUT_KIND_MAYBE;
    case OutputKind::kParallel:
      return v1::OUTPUT_KIND_PARALLEL;
  }
  return v1::OUTPUT_KIND_ONE;
}

// What was left out is not in effect.
void KeepOnlySent(const Generation& sent, v1::GenerationOptions& options) {
  if (!sent.temperature.has_value()) options.clear_temperature();
  if (!sent.top_p.has_value()) options.clear_top_p();
  if (!sent.seed.has_value()) options.clear_seed();
  if (sent.stop.empty()) options.clear_stop();
  if (!sent.reasoning_effort.has_value()) options.clear_reasoning_effort();
  if (!sent.thinking_budget_tokens.has_value()) options.clear_thinking_budget_tokens();
}

}  // namespace

v1::ExtractRequest EffectiveRequest(const v1::ExtractRequest& request, const Plan& plan) {
  v1::ExtractRequest effective = request;
  effective.set_provider(plan.provider());
  effective.set_model(plan.model());
  effective.set_mode(ModeNumber(plan.mode()));
  effective.set_mode_name(std::string(plan.mode()));
  effective.set_input_encoding(NumberOf(plan.input_encoding));
  effective.set_output_encoding(NumberOf(plan.output_encoding));
  effective.set_output_kind(NumberOf(plan.output_kind));
  if (plan.tools.empty()) {
    effective.mutable_schema()->set_name(plan.schema_name);
    effective.mutable_schema()->set_description(plan.schema_description);
  }
  for (int i = 0; i < effective.tools_size(); ++i) {
    effective.mutable_tools(i)->set_description(plan.tools[static_cast<size_t>(i)].description);
  }
  effective.set_priority(NumberOf(GrantedPriority(PriorityOf(request.priority()), plan.caller.get())
  ));
  v1::RetryOptions& retry = *effective.mutable_retry();
  retry.set_max_attempts(plan.retry.max_attempts);
  retry.set_max_reasks(plan.retry.max_reasks);
  retry.set_max_transport_retries(plan.retry.max_transport_retries);
  retry.clear_retry_on();
  for (const NumberedCondition& known : kConditions) {
    if (Contains(plan.retry.retry_on, known.condition)) retry.add_retry_on(known.number);
  }
  const auto count = [](auto duration) { return static_cast<std::int32_t>(duration.count()); };
  retry.set_initial_backoff_ms(count(plan.retry.initial_backoff));
  retry.set_max_backoff_ms(count(plan.retry.max_backoff));
  retry.set_backoff_multiplier(plan.retry.backoff_multiplier);
  retry.set_backoff_jitter(plan.retry.backoff_jitter);
  retry.set_reask_strategy(
      plan.retry.reask_strategy == ReaskStrategy::kPatch ? v1::REASK_STRATEGY_PATCH
                                                         : v1::REASK_STRATEGY_FULL
  );
  constexpr std::array kCuts = {
      v1::ON_TRUNCATED_FAIL, v1::ON_TRUNCATED_RAISE_LIMIT, v1::ON_TRUNCATED_CONTINUE
  };
  retry.set_on_truncated(kCuts.at(static_cast<size_t>(plan.retry.on_truncated)));
  retry.set_attempt_timeout_ms(count(plan.timers.total));
  retry.set_first_token_timeout_ms(count(plan.timers.first_byte));
  retry.set_idle_timeout_ms(count(plan.timers.idle));
  v1::ValidationOptions& validation = *effective.mutable_validation();
  constexpr std::array kLosses = {v1::MAX_LOSS_NONE, v1::MAX_LOSS_LOSSLESS, v1::MAX_LOSS_LOSSY};
  validation.set_max_loss(kLosses.at(static_cast<size_t>(plan.judge.max_loss)));
  validation.set_assert_formats(plan.judge.assert_formats);
  validation.set_on_invalid(
      plan.on_invalid == OnInvalid::kFail ? v1::ON_INVALID_FAIL : v1::ON_INVALID_RETURN_BEST_EFFORT
  );
  v1::GenerationOptions& generation = *effective.mutable_generation();
  KeepOnlySent(plan.request.generation, generation);
  generation.set_provider_strict(
      plan.strict ? v1::PROVIDER_STRICT_REQUIRED : v1::PROVIDER_STRICT_OFF
  );
  generation.set_on_unsupported(
      plan.on_unsupported == OnUnsupported::kFail ? v1::ON_UNSUPPORTED_FAIL
                                                  : v1::ON_UNSUPPORTED_WARN
  );
  return effective;
}

}  // namespace extractd
