#include "server/service/callers/authenticator.h"

#include <algorithm>
#include <utility>

#include <absl/strings/match.h>
#include <fmt/format.h>
#include <openssl/crypto.h>

#include "server/base/error.h"
#include "server/base/strings.h"

namespace extractd {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr size_t kLongestToken = 4096;

absl::Status Unknown(std::string_view message) {
  return MakeError(Reason::kTokenInvalid, message);
}

PrincipalPtr FindIn(const Principals& principals, std::string_view name) {
  const auto found = principals.find(name);
  return found == principals.end() ? nullptr : found->second;
}

absl::Status NoSuchPrincipal(std::string_view where, const std::string& name) {
  return absl::InvalidArgumentError(
      fmt::format("{}: principal '{}' is not in the principals block", where, name)
  );
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Authenticator>> Authenticator::Make(Rules rules) {
  std::shared_ptr<Authenticator> made(new Authenticator(std::move(rules)));
  const Rules& given = made->rules_;
  for (const TokenRow& row : given.tokens) {
    PrincipalPtr principal = FindIn(given.principals, row.principal);
    if (principal == nullptr) return NoSuchPrincipal("tokens_file", row.principal);
    made->tokens_.push_back({row.hash, std::move(principal)});
  }
  if (!given.unix_principal.empty()) {
    made->of_socket_ = FindIn(given.principals, given.unix_principal);
    if (made->of_socket_ == nullptr)
      return NoSuchPrincipal("socket_principal", given.unix_principal);
  }
  return made;
}

absl::StatusOr<PrincipalPtr> Authenticator::Identify(const Evidence& evidence) const {
  if (!rules_.demanded) return PrincipalPtr();
  if (!evidence.authorization.empty()) return OfToken(evidence.authorization);
  if (!evidence.certificate.empty()) {
    PrincipalPtr principal = OfCertificate(evidence.certificate);
    if (principal != nullptr) return principal;
    return Unknown("the client certificate is of no principal");
  }
  if (evidence.unix_socket && of_socket_ != nullptr) return of_socket_;
  return Unknown(
      "no credentials: send metadata 'authorization: Bearer <token>' or a client certificate"
  );
}

absl::StatusOr<PrincipalPtr> Authenticator::OfToken(
    const std::vector<std::string_view>& authorization
) const {
  constexpr std::string_view kWrong = "the token is not valid";
  const std::string_view text = authorization.front();
  const bool bearer = absl::StartsWithIgnoreCase(Absl(text), Absl(kScheme));
  if (authorization.size() != 1 || !bearer || text.size() > kLongestToken) return Unknown(kWrong);
  const TokenHash hash = HashOf(text.substr(kScheme.size()));
  // To the last one, whichever it is.
  const KnownToken* known = nullptr;
  for (const KnownToken& token : tokens_) {
    if (CRYPTO_memcmp(token.hash.data(), hash.data(), hash.size()) == 0) known = &token;
  }
  if (known == nullptr) return Unknown(kWrong);
  return known->principal;
}

PrincipalPtr Authenticator::OfCertificate(const std::vector<std::string>& names) const {
  for (const auto& [name, principal] : rules_.principals) {
    for (const std::string& pattern : principal->certificates) {
      const auto matches = [&](const std::string& text) { return MatchesPattern(pattern, text); };
      if (std::ranges::any_of(names, matches)) return principal;
    }
  }
  return nullptr;
}

}  // namespace extractd
