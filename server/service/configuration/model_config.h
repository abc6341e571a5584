// The key `models` of a provider: names, or blocks that say what is known of a model.
//
//   models:
//     - acme-large
//     - name: acme-vision
//       capabilities: [vision, parallel_tools]
//       max_input_tokens: 128000
//       price: {input: 2.5, output: 10}
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_MODEL_CONFIG_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_MODEL_CONFIG_H_

#include <string>
#include <vector>

#include "server/registry/prices.h"
#include "server/registry/provider_row.h"
#include "server/service/configuration/key_help.h"

namespace YAML {
class Node;
}

namespace extractd {

// Replaces the models of `row` and adds their prices. Empty: done; else what is wrong, with the
// element, its line and the key.
std::string ReadModels(const YAML::Node& list, ProviderRow& row, std::vector<Price>& prices);

// The keys that a model may have, for the documentation: name and meaning.
std::vector<KeyHelp> ModelKeys();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_MODEL_CONFIG_H_
