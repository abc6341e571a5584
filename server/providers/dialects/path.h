// Paths of requests from the templates of rows.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_PATH_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_PATH_H_

#include <string>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// The row's path for `request`, its `{model}` replaced by the model, percent-encoded.
std::string PathOf(const ProviderRow& row, const ChatRequest& request);

// The path says which model is asked, so that the body does not.
bool PathNamesModel(const ProviderRow& row);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_PATH_H_
