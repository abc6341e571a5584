// Signed JSON Web Tokens (RFC 7519), by RS256.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_JWT_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_JWT_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/base/secret.h"

namespace extractd::providers {

// header "." claims "." signature, each in base64url without padding. `header` and `claims` are
// JSON texts, signed byte for byte as they are; the header must say RS256. `private_key`: PEM,
// PKCS#8 or PKCS#1, not encrypted. InvalidArgument: it is no such key.
absl::StatusOr<std::string> SignedJwt(
    std::string_view header, std::string_view claims, const Secret& private_key
);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_JWT_H_
