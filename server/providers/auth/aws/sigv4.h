// AWS Signature Version 4: a request is signed with a key that is made of the secret for one day,
// region and service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_SIGV4_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_SIGV4_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/upstream.h"
#include "server/providers/auth/aws/credentials.h"

namespace extractd::providers::aws {

// What a signature is good for.
struct Scope {
  std::string_view region = {};
  std::string_view service = {};
};

// A signature and what it was made of, step by step.
struct Signature {
  std::string date = {};  // "20261121T050000Z"
  std::string canonical_request = {};
  std::string string_to_sign = {};
  std::string authorization = {};  // the value of the header
};

// Signs host, date, session, content-type and the x-amz-* headers of `request`, whose URL is
// already percent-encoded as it goes out, and its body.
Signature Sign(
    const WireRequest& request,
    const Credentials& credentials,
    const Scope& scope,
    std::chrono::system_clock::time_point now
);

// The headers that a signed request needs besides its own.
std::vector<WireHeader> SignedHeaders(
    const WireRequest& request,
    const Credentials& credentials,
    const Scope& scope,
    std::chrono::system_clock::time_point now
);

}  // namespace extractd::providers::aws

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_SIGV4_H_
