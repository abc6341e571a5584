// A dialect is a wire protocol: it encodes chat requests to bodies and decodes what comes back.
// Many providers share one; what differs between them stands in their rows. Stateless and
// thread-safe.
#ifndef EXTRACTD_SERVER_REGISTRY_DIALECT_H_
#define EXTRACTD_SERVER_REGISTRY_DIALECT_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/chat/upstream.h"
#include "server/registry/provider_row.h"

namespace extractd {

// What a reply means; `result` has failure, reply, message and retry_after as far as the body says.
class Dialect {
 public:
  virtual std::string_view name() const = 0;

  // The path behind the provider's base URL, and the body.
  // InvalidArgument: `request.extra_body` is not a JSON object.
  virtual std::string Path(const ProviderRow& row, const ChatRequest& request) const = 0;
  virtual absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const = 0;

  // Reads a reply of any status into failure, reply and message of a result. The text of the body
  // is never trusted: it may be empty, cut, HTML or hostile.
  virtual SendResult Decode(int http_status, std::string_view body) const = 0;

 protected:
  ~Dialect() = default;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_DIALECT_H_
