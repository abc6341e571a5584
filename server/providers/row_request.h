// What every request to a provider beside its chat API has in common.
#ifndef EXTRACTD_SERVER_PROVIDERS_ROW_REQUEST_H_
#define EXTRACTD_SERVER_PROVIDERS_ROW_REQUEST_H_

#include <string_view>

#include "server/base/secret.h"
#include "server/net/http.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// To `path` behind the base URL of `row`, with its headers and, unless it is empty, its key. The
// row outlives the request.
net::HttpRequest RequestTo(const ProviderRow& row, std::string_view path, const Secret& key);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_ROW_REQUEST_H_
