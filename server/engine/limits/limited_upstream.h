// LimitedUpstream: an upstream whose sends reserve what they will use of limits, and settle what
// they did. For a limit of the provider's key a send waits, as long as its timers allow; beyond a
// limit of the principal nothing is sent.
#ifndef EXTRACTD_SERVER_ENGINE_LIMITS_LIMITED_UPSTREAM_H_
#define EXTRACTD_SERVER_ENGINE_LIMITS_LIMITED_UPSTREAM_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/chat/upstream.h"
#include "server/engine/limits/limits.h"

namespace extractd {

class LimitedUpstream final : public Upstream {
 public:
  // `plan` and `limits` outlive this.
  LimitedUpstream(
      std::unique_ptr<Upstream> upstream,
      const Plan& plan,
      std::vector<HeldLimit> held,
      Limits& limits
  )
      : upstream_(std::move(upstream)), plan_(plan), held_(std::move(held)), limits_(limits) {}

  absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const override {
    return upstream_->Encode(request);
  }
  std::int64_t MaxOutputTokens(const ChatRequest& request) const override {
    return upstream_->MaxOutputTokens(request);
  }
  bool streams() const override { return upstream_->streams(); }
  Task<SendResult> Send(const WireRequest& request, const SendTimers& timers) override;
  Task<SendResult> Stream(const WireRequest& request, const SendTimers& timers, StreamSink& sink)
      override;

 private:
  using Claims = std::vector<LimitClaim>;

  Claims ClaimsOf(const WireRequest& request) const;
  std::int64_t AmountOf(LimitKind kind, std::int64_t input, std::int64_t output) const;
  // Absent: reserved; what is left of `timers` is in them. Else what came of the send instead.
  Task<std::optional<SendResult>> Reserve(const Claims& claims, SendTimers& timers);
  SendResult Refused(const HeldLimit& held, const LimitShortage& shortage) const;
  Task<void> Settle(const Claims& claims, const SendResult& sent);
  std::int64_t UsedOf(const HeldLimit& held, const LimitClaim& claim, const SendResult& sent) const;

  std::unique_ptr<Upstream> upstream_;
  const Plan& plan_;
  std::vector<HeldLimit> held_;
  Limits& limits_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LIMITS_LIMITED_UPSTREAM_H_
