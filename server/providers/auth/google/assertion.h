// The signed statement by which a service account asks for a token (RFC 7523).
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_ASSERTION_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_ASSERTION_H_

#include <string>

#include <absl/status/statusor.h>

#include "server/base/secret.h"
#include "server/providers/auth/token_cache.h"

namespace extractd::providers::google {

struct Assertion {
  std::string key_id = {};
  std::string email = {};     // of the service account
  std::string audience = {};  // the token endpoint
  std::string scope = {};
  SystemTime issued = {};  // it is valid for an hour
};

std::string HeaderOf(const Assertion& assertion);
std::string ClaimsOf(const Assertion& assertion);
// InvalidArgument: `private_key` is not an RSA key in PEM.
absl::StatusOr<std::string> Sign(const Assertion& assertion, const Secret& private_key);

}  // namespace extractd::providers::google

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_ASSERTION_H_
