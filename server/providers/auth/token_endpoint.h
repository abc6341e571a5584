// Asking for a token: one HTTP exchange of OAuth 2.0, or of what is much like it.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_TOKEN_ENDPOINT_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_TOKEN_ENDPOINT_H_

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/task.h"
#include "server/json/value.h"
#include "server/net/http_client.h"
#include "server/providers/auth/token_cache.h"

namespace extractd::providers {

struct TokenCall {
  std::string method = "POST";
  std::string url = {};
  std::vector<net::HttpHeader> headers = {};
  std::string body = {};
  std::chrono::milliseconds patience{10'000};
  std::vector<Secret> secrets = {};  // of the request: never part of an error
};

using FormFields = std::vector<std::pair<std::string_view, std::string_view>>;

// application/x-www-form-urlencoded
std::string FormBody(const FormFields& fields);
// A call that posts such a body.
TokenCall FormCall(std::string url, const FormFields& fields);
// "Basic …" of RFC 7617.
std::string BasicAuthorization(std::string_view user, const Secret& password);

// The body of a 200. Errors name the endpoint without its query, and what it said:
// Unavailable: not reached, or 408, 429, 5xx. DeadlineExceeded: no answer within the patience.
// NotFound: 404. PermissionDenied: any other status. Cancelled.
Task<absl::StatusOr<std::string>> AskForText(net::HttpClient& client, TokenCall call);
// The JSON object in it. PermissionDenied: it is none.
Task<absl::StatusOr<json::Document>> AskForToken(net::HttpClient& client, TokenCall call);

// Reads `access_token` and `expires_in` (a number, or a number as text; absent: five minutes).
// PermissionDenied: there is no token in it.
absl::StatusOr<Token> TokenOf(const json::Value& reply, SystemTime now);

// The member `key`, if it is a string; else empty.
std::string TextAt(const json::Value& object, std::string_view key);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_TOKEN_ENDPOINT_H_
