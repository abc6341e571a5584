// One call of the provider with extractd's HTTP client, as the yardsticks make it.
#ifndef EXTRACTD_TESTS_BENCH_E2E_PROVIDER_CALL_H_
#define EXTRACTD_TESTS_BENCH_E2E_PROVIDER_CALL_H_

#include <string>
#include <string_view>

#include "server/net/http_client.h"

namespace extractd::bench {

// A POST with the headers that extractd sends; `body` must stay alive until Send ends.
net::HttpRequest ProviderRequest(const std::string& url, std::string_view body);

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_PROVIDER_CALL_H_
