// The `principals` block of the configuration.
//
//   principals:
//     billing:
//       certificates: [spiffe://corp.example/billing]
//       providers: [openai]
//       models: [openai/gpt-6*]
//       limit_attempts: 4
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_PRINCIPAL_CONFIG_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_PRINCIPAL_CONFIG_H_

#include <string>
#include <vector>

#include "server/service/callers/authenticator.h"
#include "server/service/configuration/key_help.h"

namespace YAML {
class Node;
}

namespace extractd {

// Reads the block into `principals`. Appends what is wrong to `problems`, each with its line.
void ReadPrincipals(
    const YAML::Node& block, Principals& principals, std::vector<std::string>& problems
);

// The keys that a principal may have, for the documentation: name and meaning.
std::vector<KeyHelp> PrincipalKeys();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_PRINCIPAL_CONFIG_H_
