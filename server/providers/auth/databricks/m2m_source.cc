#include "server/providers/auth/databricks/m2m_source.h"

#include <utility>

#include <fmt/format.h>

#include "server/providers/auth/environment.h"
#include "server/providers/auth/token_endpoint.h"

namespace extractd::providers::databricks {
namespace {

constexpr const char* kClientId = "DATABRICKS_CLIENT_ID";
constexpr const char* kClientSecret = "DATABRICKS_CLIENT_SECRET";
constexpr const char* kDefaultScope = "all-apis";

// Scheme, host and port of the workspace: of DATABRICKS_HOST, which may lack the scheme, else of
// the row's address.
std::string WorkspaceOf(const ProviderRow& row) {
  std::string url = Environment("DATABRICKS_HOST").value_or(row.base_url);
  size_t scheme_end = url.find("://");
  if (scheme_end == std::string::npos) {
    url = "https://" + url;
    scheme_end = url.find("://");
  }
  return url.substr(0, url.find('/', scheme_end + 3));
}

}  // namespace

M2mSource::M2mSource(
    std::shared_ptr<const ProviderRow> row, net::HttpClient& client, const TokenCache& cache
)
    : row_(std::move(row)),
      client_(client),
      cache_(cache),
      scope_(row_->signer_scope.empty() ? kDefaultScope : row_->signer_scope) {}

std::string M2mSource::key() const {
  return fmt::format("databricks_m2m {} {} {}", row_->name, WorkspaceOf(*row_), scope_);
}

Task<absl::StatusOr<Token>> M2mSource::Fetch() {
  const auto id = Environment(kClientId);
  auto text = Environment(kClientSecret);
  if (!id.has_value() || !text.has_value()) {
    const char* variable = id.has_value() ? kClientSecret : kClientId;
    std::string problem = fmt::format("set {} and {}", kClientId, kClientSecret);
    if (!row_->key_variable.empty()) problem += fmt::format(", or {}", row_->key_variable);
    co_return NoCredentials(*row_, variable, problem);
  }
  const Secret secret(*std::move(text));
  cache_.Protect(secret);
  TokenCall call = FormCall(
      WorkspaceOf(*row_) + "/oidc/v1/token",
      {{"grant_type", "client_credentials"}, {"scope", scope_}}
  );
  call.headers.push_back({"authorization", BasicAuthorization(*id, secret)});
  call.secrets = {secret};
  const absl::StatusOr<json::Document> reply = co_await AskForToken(client_, std::move(call));
  if (!reply.ok()) co_return reply.status();
  co_return TokenOf(reply->root(), cache_.Now());
}

bool IsConfigured() {
  return Environment(kClientId).has_value() && Environment(kClientSecret).has_value();
}

}  // namespace extractd::providers::databricks
