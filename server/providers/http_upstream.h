// HttpUpstream: an Upstream over HTTP: the dialect's bytes, the row's address, and one key or what
// a signer makes for each send.
#ifndef EXTRACTD_SERVER_PROVIDERS_HTTP_UPSTREAM_H_
#define EXTRACTD_SERVER_PROVIDERS_HTTP_UPSTREAM_H_

#include <cstddef>
#include <memory>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/secret.h"
#include "server/chat/upstream.h"
#include "server/net/http_client.h"
#include "server/providers/auth/authorizer.h"
#include "server/registry/registry.h"

namespace extractd::providers {

class HttpStream;

class HttpUpstream final : public Upstream {
 public:
  // `client` belongs to the loop of the call; it and `model` outlive this. `authorizer`, if there
  // is one, adds its headers to each send; they are no part of what Encode makes.
  HttpUpstream(
      net::HttpClient& client,
      std::shared_ptr<const Handler> handler,
      const ModelFamily& model,
      Secret key,
      std::shared_ptr<Authorizer> authorizer = nullptr
  );

  // Replies with more bytes fail as kTooLarge.
  void set_max_reply_bytes(size_t bytes) { max_reply_bytes_ = bytes; }

  absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const override;
  // A 401 or 403 makes the authorizer forget its credentials; the first one of a call asks for
  // another send (SendResult::send_again), which has new ones.
  Task<SendResult> Send(const WireRequest& request, const SendTimers& timers) override;
  // What the operator said of the model, else what is known of it.
  std::int64_t MaxOutputTokens(const ChatRequest& request) const override;
  bool streams() const override;
  Task<SendResult> Stream(const WireRequest& request, const SendTimers& timers, StreamSink& sink)
      override;

 private:
  // The send itself; `stream` takes the reply's body, or is null.
  Task<SendResult> Exchange(
      const WireRequest& request, const SendTimers& timers, HttpStream* stream
  );
  // Headers that are added to one send.
  using AddedHeaders = std::vector<WireHeader>;

  net::HttpRequest ToHttp(
      const WireRequest& request, const AddedHeaders& added, const SendTimers& timers
  ) const;
  SendResult Interpret(const net::HttpResult& http, const AddedHeaders& added) const;
  void ReadFailure(const net::HttpReply& reply, const AddedHeaders& added, SendResult& result)
      const;
  void RenewCredentials(SendResult& result);
  SendResult InterpretStream(
      const net::HttpResult& http, const AddedHeaders& added, HttpStream& stream
  ) const;

  net::HttpClient& client_;
  std::shared_ptr<const Handler> handler_;
  const ModelFamily& model_;
  Secret key_;
  std::shared_ptr<Authorizer> authorizer_;
  bool renewed_ = false;  // the credentials, once in this call
  size_t max_reply_bytes_ = size_t{32} << 20U;
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_HTTP_UPSTREAM_H_
