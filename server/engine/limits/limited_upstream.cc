#include "server/engine/limits/limited_upstream.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/tokens.h"
#include "server/engine/callers/principal.h"
#include "server/engine/spending.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestClosed{120'000};

bool OfProvider(LimitKind kind) {
  return kind == LimitKind::kProviderRequests || kind == LimitKind::kProviderTokens;
}

bool CountsRequests(LimitKind kind) {
  return kind == LimitKind::kProviderRequests || kind == LimitKind::kRequests;
}

bool CountsTokens(LimitKind kind) {
  return kind == LimitKind::kProviderTokens || kind == LimitKind::kTokens;
}

// The limit in the words of the error.
std::string Describe(const HeldLimit& held) {
  switch (held.kind) {
    case LimitKind::kProviderRequests:
    case LimitKind::kRequests:
      return fmt::format("{} requests a minute", held.claim.limit);
    case LimitKind::kProviderTokens:
    case LimitKind::kTokens:
      return fmt::format("{} tokens a minute", held.claim.limit);
    case LimitKind::kMoneyOfDay:
      return fmt::format("{} micro-USD a day", held.claim.limit);
    case LimitKind::kMoneyOfMonth:
      return fmt::format("{} micro-USD a month", held.claim.limit);
  }
  return {};
}

Reason ReasonOf(LimitKind kind) {
  if (OfProvider(kind)) return Reason::kProviderRateLimited;
  return CountsRequests(kind) || CountsTokens(kind) ? Reason::kRateLimited
                                                    : Reason::kBudgetExceeded;
}

}  // namespace

Task<SendResult> LimitedUpstream::Send(const WireRequest& request, const SendTimers& timers) {
  const Claims claims = ClaimsOf(request);
  SendTimers left = timers;
  std::optional<SendResult> instead = co_await Reserve(claims, left);
  if (instead.has_value()) co_return *std::move(instead);
  SendResult sent = co_await upstream_->Send(request, left);
  co_await Settle(claims, sent);
  co_return sent;
}

Task<SendResult> LimitedUpstream::Stream(
    const WireRequest& request, const SendTimers& timers, StreamSink& sink
) {
  const Claims claims = ClaimsOf(request);
  SendTimers left = timers;
  std::optional<SendResult> instead = co_await Reserve(claims, left);
  if (instead.has_value()) co_return *std::move(instead);
  SendResult sent = co_await upstream_->Stream(request, left, sink);
  co_await Settle(claims, sent);
  co_return sent;
}

LimitedUpstream::Claims LimitedUpstream::ClaimsOf(const WireRequest& request) const {
  const bool only_requests =
      std::ranges::all_of(held_, CountsRequests, [](const HeldLimit& held) { return held.kind; });
  const std::int64_t input = only_requests ? 0 : EstimateTokens(request.body);
  const std::int64_t output =
      plan_.request.generation.max_output_tokens.value_or(kUsualOutputTokens);
  Claims claims;
  for (const HeldLimit& held : held_) {
    claims.push_back(held.claim);
    claims.back().amount = AmountOf(held.kind, input, output);
  }
  return claims;
}

std::int64_t LimitedUpstream::AmountOf(LimitKind kind, std::int64_t input, std::int64_t output)
    const {
  if (CountsRequests(kind)) return 1;
  if (CountsTokens(kind)) return input + output;
  const Usage usage = {.input_tokens = input, .output_tokens = output};
  return CostOf(plan_.price.get(), usage).usd_micros().value_or(0);
}

Task<std::optional<SendResult>> LimitedUpstream::Reserve(const Claims& claims, SendTimers& timers) {
  for (;;) {
    const bool shadow = limits_.shadow();
    const auto mode = shadow ? LimitStore::Mode::kShadow : LimitStore::Mode::kEnforce;
    const auto shortage = co_await limits_.store().Reserve(claims, mode);
    if (!shortage.has_value()) co_return std::nullopt;
    const HeldLimit& held = held_[shortage->claim];
    if (shadow) {
      limits_.Count(held.kind, LimitAction::kShadowed);
      co_return std::nullopt;
    }
    const bool waits = OfProvider(held.kind) &&
                       (timers.total.count() == 0 || shortage->retry_after < timers.total);
    limits_.Count(held.kind, waits ? LimitAction::kWaited : LimitAction::kRefused);
    if (!waits) co_return Refused(held, *shortage);
    const absl::Status slept = co_await limits_.clock().Sleep(shortage->retry_after);
    if (!slept.ok()) {
      co_return SendResult{.failure = SendFailure::kCancelled, .message = "the caller cancelled"};
    }
    if (timers.total.count() != 0) timers.total -= shortage->retry_after;
  }
}

SendResult LimitedUpstream::Refused(const HeldLimit& held, const LimitShortage& shortage) const {
  const bool of_provider = OfProvider(held.kind);
  const std::string message = fmt::format(
      "{} '{}' has used its {}; nothing was sent",
      of_provider ? "the key of provider" : "principal",
      of_provider ? plan_.provider() : plan_.caller->name,
      Describe(held)
  );
  return {
      .failure = SendFailure::kQuotaExhausted,
      .message = message,
      .retry_after = shortage.retry_after,
      .not_sent = MakeError(
          {.reason = ReasonOf(held.kind),
           .metadata =
               {{"limit", std::string(LimitKindName(held.kind))},
                {"subject", held.claim.key.substr(0, held.claim.key.rfind(':'))},
                {"provider", plan_.provider()}},
           .retry_after = shortage.retry_after},
          message
      ),
  };
}

Task<void> LimitedUpstream::Settle(const Claims& claims, const SendResult& sent) {
  std::vector<std::int64_t> used;
  used.reserve(claims.size());
  for (size_t i = 0; i < claims.size(); ++i) used.push_back(UsedOf(held_[i], claims[i], sent));
  co_await limits_.store().Settle(claims, used);
  // The provider says that its limit is used up, by whomever: others need not ask to learn it.
  if (sent.failure != SendFailure::kRateLimited || !sent.retry_after.has_value()) co_return;
  for (const HeldLimit& held : held_) {
    if (!OfProvider(held.kind)) continue;
    co_await limits_.store().Close(held.claim, std::min(*sent.retry_after, kLongestClosed));
  }
}

// What nobody counted may have been used: what was reserved for it stays taken.
std::int64_t LimitedUpstream::UsedOf(
    const HeldLimit& held, const LimitClaim& claim, const SendResult& sent
) const {
  if (CountsRequests(held.kind)) return claim.amount;
  const Cost cost = CostOfSend(plan_.price.get(), sent);
  const Usage& usage = sent.reply.usage;
  const std::int64_t tokens = usage.input_tokens + usage.output_tokens;
  if (CountsTokens(held.kind)) return tokens > 0 || !cost.incomplete() ? tokens : claim.amount;
  const std::int64_t known = cost.usd_micros().value_or(0);
  return cost.incomplete() ? std::max(known, claim.amount) : known;
}

}  // namespace extractd
