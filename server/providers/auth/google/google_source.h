// Access tokens of Google Cloud, by application default credentials: a file (service account,
// gcloud's user, workload identity federation, impersonation) or the metadata server.
// Wire facts and their sources: docs/authentication.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_GOOGLE_SOURCE_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_GOOGLE_SOURCE_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "server/net/http_client.h"
#include "server/providers/auth/bearer_authorizer.h"
#include "server/providers/auth/token_cache.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::google {

class GoogleSource final : public TokenSource {
 public:
  // `client` and `cache` outlive this.
  GoogleSource(
      std::shared_ptr<const ProviderRow> row, net::HttpClient& client, const TokenCache& cache
  );

  std::string key() const override;
  Task<absl::StatusOr<Token>> Fetch() override;

 private:
  Task<absl::StatusOr<Token>> FetchFromMetadata(std::string tried);

  std::shared_ptr<const ProviderRow> row_;
  net::HttpClient& client_;
  const TokenCache& cache_;
  std::string scope_;
};

// There is a credentials file, or this machine is Google's.
bool IsConfigured();

}  // namespace extractd::providers::google

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_GOOGLE_SOURCE_H_
