#include "server/engine/fallback.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/strings.h"
#include "server/engine/planning/defaults.h"

namespace extractd {
namespace {

struct ReasonRule {
  Reason reason;
  FallbackCondition condition;
};
// What is not listed would fail the same elsewhere, or is for its caller to mend.
constexpr std::array kRules = {
    ReasonRule{Reason::kProviderUnavailable, FallbackCondition::kUnavailable},
    ReasonRule{Reason::kProviderMalformed, FallbackCondition::kUnavailable},
    ReasonRule{Reason::kProviderRateLimited, FallbackCondition::kUnavailable},
    ReasonRule{Reason::kProviderResponseTooLarge, FallbackCondition::kUnavailable},
    ReasonRule{Reason::kCircuitOpen, FallbackCondition::kUnavailable},
    ReasonRule{Reason::kDeadline, FallbackCondition::kUnavailable},
    ReasonRule{Reason::kProviderRefused, FallbackCondition::kRefused},
    ReasonRule{Reason::kOutputInvalid, FallbackCondition::kInvalid},
    ReasonRule{Reason::kOutputTruncated, FallbackCondition::kInvalid},
    ReasonRule{Reason::kSchemaRejected, FallbackCondition::kRejected},
    ReasonRule{Reason::kSchemaUnsupportedByProvider, FallbackCondition::kRejected},
    ReasonRule{Reason::kProviderRejectedRequest, FallbackCondition::kRejected},
    ReasonRule{Reason::kContextTooLong, FallbackCondition::kRejected},
    ReasonRule{Reason::kSettingNotSupported, FallbackCondition::kRejected},
    ReasonRule{Reason::kModeNotSupported, FallbackCondition::kRejected},
};

// Puts what was done before in front of what `next` did.
void Join(Extraction&& before, Extraction& next) {
  next.attempts.insert(
      next.attempts.begin(),
      std::move_iterator(before.attempts.begin()),
      std::move_iterator(before.attempts.end())
  );
  next.warnings.insert(next.warnings.begin(), before.warnings.begin(), before.warnings.end());
  next.usage += before.usage;
  next.cost += before.cost;
  next.upstream_time += before.upstream_time;
  next.parse_time += before.parse_time;
  next.validate_time += before.validate_time;
}

// Adds what `plan` led to. An answer that its caller takes for want of a better one is not given up
// for a failure.
void Add(const Plan& plan, Extraction extraction, Course& course) {
  Extraction& before = course.extraction;
  const bool keeps = course.plan != nullptr && before.status.ok() && !extraction.status.ok();
  if (keeps) {
    extraction.status = absl::OkStatus();
    extraction.answer = before.answer;
    extraction.issues = before.issues;
    extraction.finish_reason = before.finish_reason;
    extraction.citations = before.citations;
    extraction.thinking = before.thinking;
  } else {
    course.plan = &plan;
  }
  Join(std::move(before), extraction);
  before = std::move(extraction);
}

// The answer is that of an earlier target, which was void for a while.
void ShowAgain(ExtractionStream& stream, const Course& course) {
  const std::vector<Attempt>& attempts = course.extraction.attempts;
  const auto own =
      std::ranges::find(attempts.rbegin(), attempts.rend(), course.plan, &Attempt::plan);
  const std::string& json = course.extraction.answer.json;
  if (own == attempts.rend() || json.empty()) return;
  if (course.extraction.shown) {
    stream.OnRetrying(*attempts.back().plan, attempts.back(), std::chrono::milliseconds(0));
  }
  stream.OnStarted(*course.plan, *own);
  ShownValue shown;
  shown.Add(json);
  stream.OnOp({.kind = PartialOp::Kind::kSet, .text = json});
  stream.OnPieceEnd(shown);
  stream.OnEnded();
}

// A call on its way through its targets.
class Journey {
 public:
  Journey(ExtractCall call, const CallSettings& settings, SteadyTime deadline)
      : call_(std::move(call)),
        targets_(std::exchange(call_.fallbacks, {})),
        max_attempts_(MaxAttemptsOf(call_, settings)),
        deadline_(deadline) {}

  const ExtractCall& call() const { return call_; }
  bool is_fallback() const { return next_ > 0; }

  // True: turned to the next target. False: the call ends as it is.
  bool GoesOn(const absl::Status& status, bool valid, size_t attempts, SteadyTime now) {
    const bool room = attempts < static_cast<size_t>(max_attempts_) && now < deadline_;
    if (next_ == targets_.size() || !room) return false;
    if (!CallsForFallback(status, valid, call_.fallback_on)) return false;
    const Target& target = targets_[next_++];
    call_.model = target.model;
    call_.provider = target.provider;
    call_.mode = target.mode;
    call_.mode_number_name = target.mode_number_name;
    call_.warnings.clear();
    return true;
  }

 private:
  ExtractCall call_;
  std::vector<Target> targets_;
  int max_attempts_;
  SteadyTime deadline_;
  size_t next_ = 0;
};

Warning NotUsed(const Journey& journey, const absl::Status& status) {
  const ExtractCall& call = journey.call();
  const std::string_view slash = call.provider.empty() ? "" : "/";
  return {
      "TARGET_NOT_USED",
      fmt::format(
          "target '{}{}{}': {}", call.provider, slash, call.model, std::string(status.message())
      ),
  };
}

}  // namespace

bool CallsForFallback(const absl::Status& status, bool valid, FallbackConditions conditions) {
  if (status.ok()) return !valid && Contains(conditions, FallbackCondition::kInvalid);
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value()) return false;
  const auto* rule = std::ranges::find(kRules, details->reason, &ReasonRule::reason);
  return rule != kRules.end() && Contains(conditions, rule->condition);
}

Task<absl::StatusOr<Course>> ExtractWithFallbacks(
    Planner& planner,
    ExtractCall call,
    std::shared_ptr<const CallSettings> settings,
    ExtractionTools tools,
    std::function<void(Plan&)> on_planned
) {
  const SteadyTime deadline = DeadlineOf(call, *settings, tools.clock.Now());
  Journey journey(std::move(call), *settings, deadline);
  tools.replan = [&] { return planner.MakePlan(ExtractCall(journey.call()), settings); };
  Course course;
  std::vector<Warning> passed_over;
  absl::Status status;
  bool valid = false;
  const Plan* last = nullptr;  // that was run
  do {
    absl::StatusOr<std::unique_ptr<Plan>> made =
        co_await planner.MakePlan(ExtractCall(journey.call()), settings);
    if (!made.ok()) {
      passed_over.push_back(NotUsed(journey, made.status()));
      if (course.plans.empty() && status.ok()) status = made.status();
      continue;
    }
    Plan& plan = *course.plans.emplace_back(*std::move(made));
    plan.deadline = std::min(plan.deadline, deadline);
    plan.retry.max_attempts -= static_cast<int>(course.extraction.attempts.size());
    if (journey.is_fallback()) plan.first_kind = AttemptKind::kFallback;
    if (course.extraction.shown) {
      const Attempt& failed = course.extraction.attempts.back();
      tools.stream->OnRetrying(*failed.plan, failed, std::chrono::milliseconds(0));
    }
    tools.attempts_before = static_cast<int>(course.extraction.attempts.size());
    if (tools.attempts_before > 0) tools.turns_before = course.extraction.attempts.back().turn;
    on_planned(plan);
    Extraction extraction = co_await Extract(plan, tools);
    std::ranges::move(extraction.replans, std::back_inserter(course.plans));
    extraction.replans.clear();
    last = course.plans.back().get();
    Add(*last, std::move(extraction), course);
    status = course.extraction.status;
    valid = course.extraction.valid;
  } while (journey.GoesOn(status, valid, course.extraction.attempts.size(), tools.clock.Now()));
  if (course.plans.empty()) co_return status;
  std::ranges::move(passed_over, std::back_inserter(course.extraction.warnings));
  if (tools.stream != nullptr && status.ok() && course.plan != last) {
    ShowAgain(*tools.stream, course);
  }
  co_return std::move(course);
}

}  // namespace extractd
