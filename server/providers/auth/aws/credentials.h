// AWS credentials: an access key, and the session it belongs to if it is temporary.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_CREDENTIALS_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_CREDENTIALS_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/base/secret.h"

namespace extractd::providers::aws {

struct Credentials {
  std::string access_key_id = {};
  Secret secret_access_key = {};
  Secret session_token = {};  // empty: the key is a lasting one
  std::optional<std::chrono::system_clock::time_point> expires = {};
};

// What one source of credentials has. Nothing: it is not set up on this machine, so that the next
// one is asked. An error ends the search, since what is set up must not be passed over in silence.
// FailedPrecondition: somebody must mend the set-up. PermissionDenied: AWS refused. Unavailable,
// DeadlineExceeded: the source did not answer. Messages never hold a value.
using Found = absl::StatusOr<std::optional<Credentials>>;

// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}, as the containers' and instances'
// services answer. Unavailable: it is something else; `source` is named.
Found ReadCredentialsJson(std::string_view source, std::string_view body);

// "2026-11-21T05:00:00Z", with or without fractions. Nothing: it is no time.
std::optional<std::chrono::system_clock::time_point> ReadExpiration(std::string_view text);

}  // namespace extractd::providers::aws

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_CREDENTIALS_H_
