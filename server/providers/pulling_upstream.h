// PullingUpstream: an Upstream whose provider, a local server, loads a model that it lacks at the
// model's first use.
#ifndef EXTRACTD_SERVER_PROVIDERS_PULLING_UPSTREAM_H_
#define EXTRACTD_SERVER_PROVIDERS_PULLING_UPSTREAM_H_

#include <memory>
#include <string>

#include "server/base/secret.h"
#include "server/chat/upstream.h"
#include "server/net/http_client.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

class PullingUpstream final : public Upstream {
 public:
  // `client` outlives this; `row` has a pull_path. `key` may be empty.
  PullingUpstream(
      net::HttpClient& client,
      std::shared_ptr<const ProviderRow> row,
      Secret key,
      std::unique_ptr<Upstream> inner
  );

  absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const override {
    return inner_->Encode(request);
  }
  // If the provider lacks the model: has it pulled, once in this call and within `timers.total`,
  // and asks for another send (SendResult::send_again). What went wrong with the pull is added to
  // the message.
  Task<SendResult> Send(const WireRequest& request, const SendTimers& timers) override;
  std::int64_t MaxOutputTokens(const ChatRequest& request) const override {
    return inner_->MaxOutputTokens(request);
  }
  bool streams() const override { return inner_->streams(); }
  Task<SendResult> Stream(const WireRequest& request, const SendTimers& timers, StreamSink& sink)
      override;

 private:
  // Pulls the model if `result` says that it is missing.
  Task<SendResult> Mend(SendResult result, const WireRequest& request, const SendTimers& timers);
  // Empty: the model is there. Else what went wrong.
  Task<std::string> Pull(const WireRequest& request, const SendTimers& timers);

  net::HttpClient& client_;
  std::shared_ptr<const ProviderRow> row_;
  Secret key_;
  std::unique_ptr<Upstream> inner_;
  bool pulled_ = false;
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_PULLING_UPSTREAM_H_
