#include "server/providers/auth/azure/entra_source.h"

#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/providers/auth/azure/managed_identity.h"
#include "server/providers/auth/environment.h"

namespace extractd::providers::azure {
namespace {

constexpr const char* kStaticToken = "AZURE_OPENAI_AD_TOKEN";
constexpr const char* kDefaultScope = "https://cognitiveservices.azure.com/.default";
constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr const char* kHelp =
    "set AZURE_OPENAI_AD_TOKEN, or AZURE_TENANT_ID and AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or "
    "AZURE_FEDERATED_TOKEN_FILE, or run where there is a managed identity";

// An application that Entra knows.
struct Application {
  std::string tenant = {};
  std::string id = {};
};
std::optional<Application> ApplicationInEnvironment() {
  auto tenant = Environment("AZURE_TENANT_ID");
  auto id = Environment("AZURE_CLIENT_ID");
  if (!tenant.has_value() || !id.has_value()) return std::nullopt;
  return Application{*std::move(tenant), *std::move(id)};
}

std::string TokenUrl(const Application& application) {
  std::string authority =
      Environment("AZURE_AUTHORITY_HOST").value_or("https://login.microsoftonline.com");
  while (authority.ends_with('/')) authority.pop_back();
  if (authority.find("://") == std::string::npos) authority = "https://" + authority;
  return fmt::format("{}/{}/oauth2/v2.0/token", authority, application.tenant);
}

TokenCall SecretCall(const Application& application, std::string_view scope, const Secret& secret) {
  TokenCall call = FormCall(
      TokenUrl(application),
      {{"grant_type", "client_credentials"},
       {"client_id", application.id},
       {"client_secret", secret.Reveal()},
       {"scope", scope}}
  );
  call.secrets = {secret};
  return call;
}

TokenCall FederatedCall(
    const Application& application, std::string_view scope, const Secret& token
) {
  TokenCall call = FormCall(
      TokenUrl(application),
      {{"grant_type", "client_credentials"},
       {"client_id", application.id},
       {"client_assertion_type", kAssertionType},
       {"client_assertion", token.Reveal()},
       {"scope", scope}}
  );
  call.secrets = {token};
  return call;
}

}  // namespace

EntraSource::EntraSource(
    std::shared_ptr<const ProviderRow> row, net::HttpClient& client, const TokenCache& cache
)
    : row_(std::move(row)),
      client_(client),
      cache_(cache),
      scope_(row_->signer_scope.empty() ? kDefaultScope : row_->signer_scope) {}

std::string EntraSource::key() const {
  return fmt::format("azure_entra {} {}", row_->name, scope_);
}

Task<absl::StatusOr<Token>> EntraSource::Fetch() {
  if (auto token = Environment(kStaticToken)) {
    // Nobody says how long it lives: long enough to spare the look-up, and it is never renewed.
    constexpr std::chrono::hours kLife{1};
    co_return Token{.value = Secret(*std::move(token)), .expires = cache_.Now() + kLife};
  }
  const std::optional<Application> application = ApplicationInEnvironment();
  if (!application.has_value()) co_return co_await OfManagedIdentity();
  if (auto text = Environment("AZURE_CLIENT_SECRET")) {
    const Secret secret(*std::move(text));
    cache_.Protect(secret);
    TokenCall call = SecretCall(*application, scope_, secret);
    co_return co_await OfApplication(std::move(call));
  }
  const auto path = Environment("AZURE_FEDERATED_TOKEN_FILE");
  if (!path.has_value()) co_return co_await OfManagedIdentity();
  absl::StatusOr<std::string> text = ReadSmallFile(*path);
  if (!text.ok()) {
    const std::string problem = fmt::format(
        "the file '{}' of AZURE_FEDERATED_TOKEN_FILE {}", *path, Std(text.status().message())
    );
    co_return NoCredentials(*row_, "AZURE_FEDERATED_TOKEN_FILE", problem);
  }
  absl::StripAsciiWhitespace(&*text);
  const Secret federated(*std::move(text));
  cache_.Protect(federated);
  TokenCall call = FederatedCall(*application, scope_, federated);
  co_return co_await OfApplication(std::move(call));
}

Task<absl::StatusOr<Token>> EntraSource::OfApplication(TokenCall call) {
  const absl::StatusOr<json::Document> reply = co_await AskForToken(client_, std::move(call));
  if (!reply.ok()) co_return reply.status();
  co_return TokenOf(reply->root(), cache_.Now());
}

Task<absl::StatusOr<Token>> EntraSource::OfManagedIdentity() {
  TokenCall call = ManagedIdentityCall(scope_);
  const absl::StatusOr<json::Document> reply = co_await AskForToken(client_, std::move(call));
  if (reply.ok()) co_return TokenOf(reply->root(), cache_.Now());
  const absl::Status& status = reply.status();
  const bool silent = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (absl::IsCancelled(status) || (silent && RunsOnAzure())) co_return status;
  const std::string problem =
      fmt::format("{} is not set, {}; {}", kStaticToken, Std(status.message()), kHelp);
  co_return NoCredentials(*row_, kStaticToken, problem);
}

bool IsConfigured() {
  if (Environment(kStaticToken).has_value() || RunsOnAzure()) return true;
  return ApplicationInEnvironment().has_value() &&
         (Environment("AZURE_CLIENT_SECRET").has_value() ||
          Environment("AZURE_FEDERATED_TOKEN_FILE").has_value());
}

}  // namespace extractd::providers::azure
