// Access tokens of Microsoft Entra, by what the environment has: a token as it is, an application's
// secret, a federated token (Kubernetes workload identity), or a managed identity.
// Wire facts and their sources: docs/authentication.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_AZURE_ENTRA_SOURCE_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_AZURE_ENTRA_SOURCE_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "server/net/http_client.h"
#include "server/providers/auth/bearer_authorizer.h"
#include "server/providers/auth/token_cache.h"
#include "server/providers/auth/token_endpoint.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::azure {

class EntraSource final : public TokenSource {
 public:
  // `client` and `cache` outlive this.
  EntraSource(
      std::shared_ptr<const ProviderRow> row, net::HttpClient& client, const TokenCache& cache
  );

  std::string key() const override;
  Task<absl::StatusOr<Token>> Fetch() override;

 private:
  Task<absl::StatusOr<Token>> OfApplication(TokenCall call);
  Task<absl::StatusOr<Token>> OfManagedIdentity();

  std::shared_ptr<const ProviderRow> row_;
  net::HttpClient& client_;
  const TokenCache& cache_;
  std::string scope_;
};

// One of them is set, or this machine is Azure's.
bool IsConfigured();

}  // namespace extractd::providers::azure

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_AZURE_ENTRA_SOURCE_H_
