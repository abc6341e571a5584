// BearerAuthorizer: sends a token as `authorization: Bearer …`. Where tokens come from is a
// TokenSource; how long they are kept, and who fetches them, is the TokenCache's business.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_BEARER_AUTHORIZER_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_BEARER_AUTHORIZER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/providers/auth/authorizer.h"
#include "server/providers/auth/token_cache.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // Sources of the same key make tokens that can stand for each other.
  virtual std::string key() const = 0;
  // Looks for credentials anew and fetches a token with them. kCredentialsMissing (metadata:
  // provider, variable, docs_url): there are none; the message names what was tried. Others are
  // those of AskForToken.
  virtual Task<absl::StatusOr<Token>> Fetch() = 0;
};

class BearerAuthorizer final : public Authorizer {
 public:
  // `cache` outlives this.
  BearerAuthorizer(std::unique_ptr<TokenSource> source, TokenCache& cache);

  Task<absl::StatusOr<std::vector<WireHeader>>> Authorize(const WireRequest& request) override;
  void Forget() override;

 private:
  std::unique_ptr<TokenSource> source_;
  TokenCache& cache_;
};

// The kCredentialsMissing of a source: `variable` is the one to set first, `problem` a sentence on
// what was tried and what helps.
absl::Status NoCredentials(
    const ProviderRow& row, std::string_view variable, std::string_view problem
);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_BEARER_AUTHORIZER_H_
