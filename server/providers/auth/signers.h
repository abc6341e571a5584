// The signers by name, as rows and configuration name them. A signer makes the authorizer of a row.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_SIGNERS_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_SIGNERS_H_

#include <memory>
#include <span>
#include <string_view>

#include "server/net/http_client.h"
#include "server/providers/auth/authorizer.h"
#include "server/providers/auth/token_cache.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// What authorizers work with. Both outlive them.
struct SignerTools {
  net::HttpClient& client;  // of the loop
  TokenCache& tokens;       // of the process; told every secret that is read, too
};

struct Signer {
  std::string_view name = {};
  // Cheap: nothing is read or sent before the first Authorize.
  std::shared_ptr<Authorizer> (*make)(
      std::shared_ptr<const ProviderRow> row, const SignerTools& tools
  ) = nullptr;
  // There is a source of credentials, as far as can be told without asking anybody.
  bool (*is_configured)(const ProviderRow& row) = nullptr;
};

std::span<const Signer> AllSigners();
// Null: there is none of that name.
const Signer* FindSigner(std::string_view name);

// By the row's signer; null if there is none of that name.
std::shared_ptr<Authorizer> NewAuthorizer(
    std::shared_ptr<const ProviderRow> row, const SignerTools& tools
);
bool SignerIsConfigured(const ProviderRow& row);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_SIGNERS_H_
