// The `providers` block of the configuration: rows of a new provider, or changes to a built-in one.
//
//   providers:
//     acme:
//       base_url: https://llm.acme.example/v1
//       key_variable: ACME_API_KEY
//       modes: [TOOLS, JSON_SCHEMA]
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_PROVIDER_CONFIG_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_PROVIDER_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "server/engine/call.h"
#include "server/registry/prices.h"
#include "server/registry/provider_row.h"
#include "server/service/configuration/key_help.h"

namespace YAML {
class Node;
}

namespace extractd {

// The built-in rows with what the environment says of their addresses (e.g. OPENAI_BASE_URL).
std::vector<ProviderRow> ProvidersFromEnvironment(
    const std::map<std::string, std::string>& environment
);

// Puts the environment's values for `${NAME}` and `${NAME:-default}` into base URLs; what is not
// set stays, and the row cannot be used.
void ExpandBaseUrls(
    const std::map<std::string, std::string>& environment, std::vector<ProviderRow>& rows
);

// What a block fills: the rows, which hold the built-in ones, and what belongs to them elsewhere.
struct ProviderRows {
  std::vector<ProviderRow>& rows;
  StringMap<RetryOverrides>& retry;
  StringMap<RateLimits>& limits;  // of their keys
  std::vector<Price>& prices;     // of their models
  std::string origin = "config";
};

// Reads the block, and appends what is wrong to `problems`, each with its line. The names that it
// has.
std::vector<std::string> ReadProviders(
    const YAML::Node& block, const ProviderRows& into, std::vector<std::string>& problems
);

// The keys that a provider may have, for the documentation: name and meaning.
std::vector<KeyHelp> ProviderKeys();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_PROVIDER_CONFIG_H_
