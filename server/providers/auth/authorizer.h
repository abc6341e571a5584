// Authorizer: what makes a request acceptable where a key that stays the same is not enough: a
// signature over its bytes, a token that has to be fetched first.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AUTHORIZER_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AUTHORIZER_H_

#include <vector>

#include <absl/status/statusor.h>

#include "server/base/task.h"
#include "server/chat/upstream.h"

namespace extractd::providers {

// One for each provider and loop; used on that loop.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  // The headers to add to `request`, whose bytes are final; made anew for each send.
  // kCredentialsMissing: no source of credentials has any; kUnavailable and others: the source did
  // not answer.
  virtual Task<absl::StatusOr<std::vector<WireHeader>>> Authorize(const WireRequest& request) = 0;

  // The provider refused what Authorize made: what is cached is worth nothing.
  virtual void Forget() = 0;
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AUTHORIZER_H_
