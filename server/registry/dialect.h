// A dialect is a wire protocol: it encodes chat requests to bodies and decodes what comes back.
// Many providers share one; what differs between them stands in their rows. Stateless and
// thread-safe.
#ifndef EXTRACTD_SERVER_REGISTRY_DIALECT_H_
#define EXTRACTD_SERVER_REGISTRY_DIALECT_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/chat/stream.h"
#include "server/chat/upstream.h"
#include "server/registry/provider_row.h"

namespace extractd {

// The value of a reply's header by its name in lower case; empty if there is none.
using HeaderOf = absl::FunctionRef<std::string_view(std::string_view name)>;
// Of a reply without headers.
inline std::string_view NoHeader(std::string_view) {
  return {};
}

class Dialect {
 public:
  virtual std::string_view name() const = 0;

  // The path, and query, behind the provider's base URL; and the body.
  // InvalidArgument: `request.extra_body` is not a JSON object.
  virtual std::string Path(const ProviderRow& row, const ChatRequest& request) const = 0;
  virtual absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const = 0;

  // Reads a reply of any status into failure, reply, message and, where the body says it,
  // retry_after of a result. The text of the body is never trusted: it may be empty, cut, HTML or
  // hostile.
  virtual SendResult Decode(int http_status, std::string_view body, HeaderOf header) const = 0;

  // For replies to requests with `stream`, of status 200. Null: the protocol is not streamed.
  virtual StreamFraming framing() const { return StreamFraming::kServerSentEvents; }
  virtual std::unique_ptr<StreamDecoder> NewStreamDecoder() const { return nullptr; }

 protected:
  ~Dialect() = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_DIALECT_H_
