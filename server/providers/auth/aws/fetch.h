// One exchange with a service that hands out credentials.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_FETCH_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_FETCH_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/base/task.h"
#include "server/net/http_client.h"

namespace extractd::providers::aws {

// The body of a reply of status 200 to `request`, whose timers and limits are set here. Errors name
// `source`. NotFound: status 404. PermissionDenied: any other 4xx but 429. Unavailable: everything
// else. Cancelled: the slot fired.
Task<absl::StatusOr<std::string>> Fetch(
    net::HttpClient& client, std::string_view source, net::HttpRequest request
);

}  // namespace extractd::providers::aws

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AWS_FETCH_H_
