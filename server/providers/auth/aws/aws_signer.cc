#include "server/providers/auth/aws/aws_signer.h"

#include <chrono>
#include <utility>
#include <vector>

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/net/uri.h"
#include "server/providers/auth/aws/profile.h"
#include "server/providers/auth/aws/sigv4.h"
#include "server/providers/auth/aws/sources.h"

namespace extractd::providers {
namespace {

// All rows and loops sign with the same credentials: those of the machine.
constexpr std::string_view kCacheKey = "aws";
constexpr std::string_view kDefaultService = "bedrock";
constexpr std::string_view kSessionHeader = "x-amz-security-token";
// Lasting credentials are looked up again so often, as their files may have changed.
constexpr std::chrono::minutes kLookUpInterval{15};

// As curl's --user takes them: an access key id holds no colon.
Token TokenOf(const aws::Credentials& credentials, SystemTime now) {
  Token token = {
      .value = Secret(
          fmt::format("{}:{}", credentials.access_key_id, credentials.secret_access_key.Reveal())
      ),
      .expires = credentials.expires.value_or(now + kLookUpInterval),
  };
  if (!credentials.session_token.empty()) {
    token.headers.push_back({
        .name = std::string(kSessionHeader),
        .value = std::string(credentials.session_token.Reveal()),
        .secret = true,
    });
  }
  return token;
}

aws::Credentials CredentialsOf(const Token& token) {
  const std::string_view pair = token.value.Reveal();
  const size_t colon = pair.find(':');
  aws::Credentials credentials = {
      .access_key_id = std::string(pair.substr(0, colon)),
      .secret_access_key = Secret(std::string(pair.substr(colon + 1))),
  };
  if (!token.headers.empty()) credentials.session_token = Secret(token.headers.front().value);
  return credentials;
}

class AwsAuthorizer final : public Authorizer {
 public:
  AwsAuthorizer(std::shared_ptr<const ProviderRow> row, const SignerTools& tools)
      : row_(std::move(row)), tools_(tools) {}

  Task<absl::StatusOr<std::vector<WireHeader>>> Authorize(const WireRequest& request) override {
    const std::string region = RegionOf(request);
    if (region.empty()) {
      co_return MakeError(
          ErrorOf(Reason::kCredentialsMissing),
          "no AWS region: set the environment variable AWS_REGION"
      );
    }
    const TokenCache::Fetch fetch = [this] { return Fetch(); };
    const absl::StatusOr<Token> token = co_await tools_.tokens.Get(std::string(kCacheKey), fetch);
    if (!token.ok()) co_return Explained(token.status());
    const aws::Scope scope = {
        .region = region,
        .service = row_->signer_scope.empty() ? kDefaultService : row_->signer_scope,
    };
    co_return aws::SignedHeaders(request, CredentialsOf(*token), scope, tools_.tokens.Now());
  }

  void Forget() override { tools_.tokens.Forget(kCacheKey); }

 private:
  static std::string RegionOf(const WireRequest& request) {
    const std::string_view authority = net::SplitUrl(request.url).authority;
    const std::string_view region = aws::RegionOfHost(net::HostOf(authority));
    return region.empty() ? aws::DefaultRegion() : std::string(region);
  }

  Task<absl::StatusOr<Token>> Fetch() const {
    CO_ASSIGN_OR_RETURN(
        const aws::Credentials credentials, co_await aws::FindCredentials(tools_.client)
    );
    tools_.tokens.Protect(credentials.secret_access_key);
    if (!credentials.session_token.empty()) tools_.tokens.Protect(credentials.session_token);
    co_return TokenOf(credentials, tools_.tokens.Now());
  }

  ErrorDetails ErrorOf(Reason reason) const {
    return {
        .reason = reason,
        .metadata =
            {{"provider", row_->name},
             {"variable", row_->key_variable},
             {"docs_url", row_->docs_url}},
    };
  }

  absl::Status Explained(const absl::Status& status) const {
    if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
        absl::IsCancelled(status)) {
      return status;
    }
    const bool refused = absl::IsPermissionDenied(status) || absl::IsNotFound(status);
    return MakeError(
        ErrorOf(refused ? Reason::kProviderAuth : Reason::kCredentialsMissing),
        Std(status.message())
    );
  }

  std::shared_ptr<const ProviderRow> row_;
  SignerTools tools_;
};

}  // namespace

std::shared_ptr<Authorizer> NewAwsAuthorizer(
    std::shared_ptr<const ProviderRow> row, const SignerTools& tools
) {
  return std::make_shared<AwsAuthorizer>(std::move(row), tools);
}

namespace aws {

std::string_view RegionOfHost(std::string_view host) {
  if (host.find(".amazonaws.com") == std::string_view::npos) return {};
  bool next = false;
  for (const absl::string_view label : absl::StrSplit(Absl(host), '.')) {
    if (next) return Std(label);
    next = Std(label).starts_with("bedrock-runtime");
  }
  return {};
}

}  // namespace aws
}  // namespace extractd::providers
