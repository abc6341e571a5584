#include "server/engine/limits/paced_upstream.h"

#include <string_view>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/tokens.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

LimitKind KindOf(QuotaUnit unit) {
  return unit == QuotaUnit::kRequests ? LimitKind::kProviderRequests : LimitKind::kProviderTokens;
}

}  // namespace

PacedUpstream::PacedUpstream(std::unique_ptr<Upstream> upstream, const Plan& plan, Limits& limits)
    : upstream_(std::move(upstream)),
      plan_(plan),
      limits_(limits),
      key_(fmt::format("{}/{}", plan.provider(), plan.model())) {}

Task<SendResult> PacedUpstream::Send(const WireRequest& request, const SendTimers& timers) {
  const LearnedQuotas::Send send = SendOf(request);
  SendTimers left = timers;
  std::optional<SendResult> instead = co_await Await(send, left);
  if (instead.has_value()) co_return *std::move(instead);
  SendResult sent = co_await upstream_->Send(request, left);
  limits_.quotas().End(send, sent.quotas, limits_.clock().Now());
  co_return sent;
}

Task<SendResult> PacedUpstream::Stream(
    const WireRequest& request, const SendTimers& timers, StreamSink& sink
) {
  const LearnedQuotas::Send send = SendOf(request);
  SendTimers left = timers;
  std::optional<SendResult> instead = co_await Await(send, left);
  if (instead.has_value()) co_return *std::move(instead);
  SendResult sent = co_await upstream_->Stream(request, left, sink);
  limits_.quotas().End(send, sent.quotas, limits_.clock().Now());
  co_return sent;
}

LearnedQuotas::Send PacedUpstream::SendOf(const WireRequest& request) const {
  const auto output = plan_.request.generation.max_output_tokens.value_or(kUsualOutputTokens);
  return {.key = key_, .tokens = EstimateTokens(request.body) + output};
}

Task<std::optional<SendResult>> PacedUpstream::Await(
    const LearnedQuotas::Send& send, SendTimers& timers
) {
  for (;;) {
    const auto shortage = limits_.quotas().Begin(send, limits_.clock().Now());
    if (!shortage.has_value()) co_return std::nullopt;
    const LimitKind kind = KindOf(shortage->unit);
    if (limits_.shadow()) {
      limits_.Count(kind, LimitAction::kShadowed);
      limits_.quotas().BeginAnyway(send);
      co_return std::nullopt;
    }
    const bool waits = timers.total.count() == 0 || shortage->retry_after < timers.total;
    limits_.Count(kind, waits ? LimitAction::kWaited : LimitAction::kRefused);
    if (!waits) co_return Refused(*shortage);
    const absl::Status slept = co_await limits_.clock().Sleep(shortage->retry_after);
    if (!slept.ok()) {
      co_return SendResult{.failure = SendFailure::kCancelled, .message = "the caller cancelled"};
    }
    if (timers.total.count() != 0) timers.total -= shortage->retry_after;
  }
}

SendResult PacedUpstream::Refused(const LearnedQuotas::Shortage& shortage) const {
  const std::string message = fmt::format(
      "provider '{}' said that its {} for '{}' are used up; nothing was sent",
      plan_.provider(),
      shortage.unit == QuotaUnit::kRequests ? "requests" : "tokens",
      plan_.model()
  );
  return {
      .failure = SendFailure::kQuotaExhausted,
      .message = message,
      .retry_after = shortage.retry_after,
      .not_sent = MakeError(
          {.reason = Reason::kProviderRateLimited,
           .metadata =
               {{"limit", std::string(LimitKindName(KindOf(shortage.unit)))},
                {"subject", "provider:" + plan_.provider()},
                {"provider", plan_.provider()}},
           .retry_after = shortage.retry_after},
          message
      ),
  };
}

}  // namespace extractd
