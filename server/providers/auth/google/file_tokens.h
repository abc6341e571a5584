// FileTokens: what each type of Google's credentials files is exchanged for a token by.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_FILE_TOKENS_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_FILE_TOKENS_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/json/value.h"
#include "server/net/http_client.h"
#include "server/providers/auth/token_cache.h"
#include "server/providers/auth/token_endpoint.h"

namespace extractd::providers::google {

class FileTokens {
 public:
  // All outlive this. `cache` is told every secret in the file.
  FileTokens(net::HttpClient& client, const TokenCache& cache, std::string_view scope);

  // By the file's `type`: service_account, authorized_user, external_account or
  // impersonated_service_account. InvalidArgument: another type, or a member is missing or
  // unusable; the message continues a sentence that names the file. Others are those of
  // AskForToken.
  Task<absl::StatusOr<Token>> Fetch(const json::Value& file);

 private:
  Task<absl::StatusOr<Token>> FetchDirect(const json::Value& file, std::string_view type);
  Task<absl::StatusOr<Token>> OfServiceAccount(const json::Value& file);
  Task<absl::StatusOr<Token>> OfUser(const json::Value& file);
  Task<absl::StatusOr<Token>> OfExternalAccount(const json::Value& file);
  Task<absl::StatusOr<Secret>> SubjectToken(const json::Value& source);
  Task<absl::StatusOr<Token>> Impersonate(std::string url, Secret token);
  Task<absl::StatusOr<Token>> Exchange(TokenCall call);

  net::HttpClient& client_;
  const TokenCache& cache_;
  std::string_view scope_;
};

}  // namespace extractd::providers::google

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_GOOGLE_FILE_TOKENS_H_
