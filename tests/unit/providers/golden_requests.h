// One request for each provider and mode of a protocol, first turn and re-ask, as people read them.
#ifndef EXTRACTD_TESTS_UNIT_PROVIDERS_GOLDEN_REQUESTS_H_
#define EXTRACTD_TESTS_UNIT_PROVIDERS_GOLDEN_REQUESTS_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "server/registry/provider_row.h"

namespace extractd::providers {

// What the provider is sent in every mode of its row: an indented JSON object by mode. Empty: no
// sample reply in its protocol is known here.
std::string GoldenRequests(const ProviderRow& row);

std::filesystem::path GoldenFile(std::string_view provider);

}  // namespace extractd::providers

#endif  // EXTRACTD_TESTS_UNIT_PROVIDERS_GOLDEN_REQUESTS_H_
