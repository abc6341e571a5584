// Access tokens of a Databricks workspace for a service principal (OAuth machine to machine).
// Wire facts and their sources: docs/authentication.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_DATABRICKS_M2M_SOURCE_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_DATABRICKS_M2M_SOURCE_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "server/net/http_client.h"
#include "server/providers/auth/bearer_authorizer.h"
#include "server/providers/auth/token_cache.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::databricks {

class M2mSource final : public TokenSource {
 public:
  // `client` and `cache` outlive this.
  M2mSource(
      std::shared_ptr<const ProviderRow> row, net::HttpClient& client, const TokenCache& cache
  );

  std::string key() const override;
  Task<absl::StatusOr<Token>> Fetch() override;

 private:
  std::shared_ptr<const ProviderRow> row_;
  net::HttpClient& client_;
  const TokenCache& cache_;
  std::string scope_;
};

// DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET are set.
bool IsConfigured();

}  // namespace extractd::providers::databricks

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_DATABRICKS_M2M_SOURCE_H_
