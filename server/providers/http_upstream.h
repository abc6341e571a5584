// HttpUpstream: an Upstream over HTTP: the dialect's bytes, the row's address, one key.
#ifndef EXTRACTD_SERVER_PROVIDERS_HTTP_UPSTREAM_H_
#define EXTRACTD_SERVER_PROVIDERS_HTTP_UPSTREAM_H_

#include <cstddef>
#include <memory>

#include <absl/status/statusor.h>

#include "server/base/secret.h"
#include "server/chat/upstream.h"
#include "server/net/http_client.h"
#include "server/registry/registry.h"

namespace extractd::providers {

class HttpStream;

class HttpUpstream final : public Upstream {
 public:
  // `client` belongs to the loop of the call; it and `model` outlive this.
  HttpUpstream(
      net::HttpClient& client,
      std::shared_ptr<const Handler> handler,
      const ModelFamily& model,
      Secret key
  );

  // Replies with more bytes fail as kTooLarge.
  void set_max_reply_bytes(size_t bytes) { max_reply_bytes_ = bytes; }

  absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const override;
  Task<SendResult> Send(const WireRequest& request, const SendTimers& timers) override;
  bool streams() const override;
  Task<SendResult> Stream(const WireRequest& request, const SendTimers& timers, StreamSink& sink)
      override;

 private:
  net::HttpRequest HttpRequestOf(const WireRequest& request, const SendTimers& timers) const;
  SendResult Interpret(const net::HttpResult& http) const;
  SendResult InterpretStream(const net::HttpResult& http, HttpStream& stream) const;
  void ReadFailure(const net::HttpReply& reply, SendResult& result) const;

  net::HttpClient& client_;
  std::shared_ptr<const Handler> handler_;
  const ModelFamily& model_;
  Secret key_;
  size_t max_reply_bytes_ = size_t{32} << 20U;
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_HTTP_UPSTREAM_H_
