// PacedUpstream: an upstream whose sends wait for what the provider said is left of its limits,
// as long as their timers allow.
#ifndef EXTRACTD_SERVER_ENGINE_LIMITS_PACED_UPSTREAM_H_
#define EXTRACTD_SERVER_ENGINE_LIMITS_PACED_UPSTREAM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/chat/upstream.h"
#include "server/engine/limits/learned_quotas.h"
#include "server/engine/limits/limits.h"

namespace extractd {

class PacedUpstream final : public Upstream {
 public:
  // `plan` and `limits` outlive this.
  PacedUpstream(std::unique_ptr<Upstream> upstream, const Plan& plan, Limits& limits);

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
  LearnedQuotas::Send SendOf(const WireRequest& request) const;
  // Absent: the send may begin; what is left of `timers` is in them. Else what came of it instead.
  Task<std::optional<SendResult>> Await(const LearnedQuotas::Send& send, SendTimers& timers);
  SendResult Refused(const LearnedQuotas::Shortage& shortage) const;

  std::unique_ptr<Upstream> upstream_;
  const Plan& plan_;
  Limits& limits_;
  const std::string key_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LIMITS_PACED_UPSTREAM_H_
