#include "server/providers/auth/bearer_authorizer.h"

#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd::providers {

BearerAuthorizer::BearerAuthorizer(std::unique_ptr<TokenSource> source, TokenCache& cache)
    : source_(std::move(source)), cache_(cache) {}

Task<absl::StatusOr<std::vector<WireHeader>>> BearerAuthorizer::Authorize(const WireRequest&) {
  const TokenCache::Fetch fetch = [this] { return source_->Fetch(); };
  absl::StatusOr<Token> token = co_await cache_.Get(source_->key(), fetch);
  if (!token.ok()) co_return token.status();
  std::vector<WireHeader> headers = std::move(token->headers);
  headers.push_back({"authorization", fmt::format("Bearer {}", token->value.Reveal()), true});
  co_return headers;
}

void BearerAuthorizer::Forget() {
  cache_.Forget(source_->key());
}

absl::Status NoCredentials(
    const ProviderRow& row, std::string_view variable, std::string_view problem
) {
  return MakeError(
      {.reason = Reason::kCredentialsMissing,
       .metadata =
           {{"provider", row.name}, {"variable", std::string(variable)}, {"docs_url", row.docs_url}}
      },
      fmt::format("no credentials for provider '{}': {}; see {}", row.name, problem, row.docs_url)
  );
}

}  // namespace extractd::providers
