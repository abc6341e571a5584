#include "server/providers/auth/google/google_source.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/providers/auth/environment.h"
#include "server/providers/auth/google/credentials_file.h"
#include "server/providers/auth/google/file_tokens.h"
#include "server/providers/auth/token_endpoint.h"

namespace extractd::providers::google {
namespace {

constexpr const char* kVariable = "GOOGLE_APPLICATION_CREDENTIALS";
constexpr const char* kDefaultScope = "https://www.googleapis.com/auth/cloud-platform";
constexpr const char* kMetadataHost = "metadata.google.internal";
constexpr const char* kTokenPath = "/computeMetadata/v1/instance/service-accounts/default/token";
// Elsewhere nobody answers under its address.
constexpr std::chrono::seconds kMetadataPatience{3};

TokenCall MetadataCall() {
  const std::string host = Environment("GCE_METADATA_HOST").value_or(kMetadataHost);
  return {
      .method = "GET",
      .url = fmt::format("http://{}{}", host, kTokenPath),
      .headers = {{"metadata-flavor", "Google"}},
      .patience = kMetadataPatience,
  };
}

// The project that is charged, where that is not the one of the credentials.
void AddQuotaProject(const json::Value& file, Token& token) {
  const std::string project =
      Environment("GOOGLE_CLOUD_QUOTA_PROJECT").value_or(TextAt(file, "quota_project_id"));
  if (!project.empty()) token.headers.push_back({"x-goog-user-project", project});
}

}  // namespace

GoogleSource::GoogleSource(
    std::shared_ptr<const ProviderRow> row, net::HttpClient& client, const TokenCache& cache
)
    : row_(std::move(row)),
      client_(client),
      cache_(cache),
      scope_(row_->signer_scope.empty() ? kDefaultScope : row_->signer_scope) {}

std::string GoogleSource::key() const {
  return fmt::format("google {} {}", row_->name, scope_);
}

Task<absl::StatusOr<Token>> GoogleSource::Fetch() {
  const FilePlace place = PlaceOfFile();
  absl::StatusOr<json::Document> file = absl::NotFoundError("is not there");
  if (!place.path.empty()) file = ReadFile(place.path);
  if (file.ok()) {
    FileTokens tokens(client_, cache_, scope_);
    absl::StatusOr<Token> token = co_await tokens.Fetch(file->root());
    if (token.ok()) AddQuotaProject(file->root(), *token);
    if (!absl::IsInvalidArgument(token.status())) co_return token;
    file = token.status();
  }
  if (place.named || !absl::IsNotFound(file.status())) {
    const std::string problem =
        fmt::format("the credentials file '{}' {}", place.path, Std(file.status().message()));
    co_return NoCredentials(*row_, kVariable, problem);
  }
  co_return co_await FetchFromMetadata(
      place.path.empty() ? fmt::format("{} is not set", kVariable)
                         : fmt::format("{} is not set, '{}' is not there", kVariable, place.path)
  );
}

Task<absl::StatusOr<Token>> GoogleSource::FetchFromMetadata(std::string tried) {
  if (MetadataServerIsOff()) {
    const std::string problem = tried + ", and NO_GCE_CHECK forbids to ask the metadata server";
    co_return NoCredentials(*row_, kVariable, problem);
  }
  TokenCall call = MetadataCall();
  const absl::StatusOr<json::Document> reply = co_await AskForToken(client_, std::move(call));
  if (reply.ok()) co_return TokenOf(reply->root(), cache_.Now());
  const absl::Status& status = reply.status();
  const bool silent = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (absl::IsCancelled(status) || (silent && RunsOnGoogle())) co_return status;
  const std::string problem = fmt::format(
      "{}, and {}; set {} to a credentials file, or run where there is a metadata server",
      tried,
      Std(status.message()),
      kVariable
  );
  co_return NoCredentials(*row_, kVariable, problem);
}

bool IsConfigured() {
  const FilePlace place = PlaceOfFile();
  std::error_code error;
  if (!place.path.empty() && std::filesystem::exists(place.path, error)) return true;
  return !place.named && !MetadataServerIsOff() && RunsOnGoogle();
}

}  // namespace extractd::providers::google
