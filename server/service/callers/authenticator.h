// Authenticator: who a caller is, by what it shows: a bearer token, else its client certificate,
// else the Unix socket that it came through. Immutable; a reload makes another.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_AUTHENTICATOR_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_AUTHENTICATOR_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/engine/callers/principal.h"
#include "server/service/callers/tokens_file.h"

namespace extractd {

using PrincipalPtr = std::shared_ptr<const Principal>;
using Principals = std::map<std::string, PrincipalPtr, std::less<>>;

// What a caller shows of itself.
struct Evidence {
  std::vector<std::string_view> authorization = {};  // values of that metadata key
  std::vector<std::string> certificate = {};  // names of a verified one, as Principal has them
  bool unix_socket = false;
};

class Authenticator {
 public:
  struct Rules {
    Principals principals = {};
    std::vector<TokenRow> tokens = {};
    bool demanded = false;            // callers must be somebody
    std::string unix_principal = {};  // whom callers of a Unix socket are; empty: they show more
  };
  // InvalidArgument: a token or the socket is of a principal that is not there.
  static absl::StatusOr<std::shared_ptr<const Authenticator>> Make(Rules rules);

  bool demanded() const { return rules_.demanded; }

  // Null: anybody, where nobody must be somebody. kTokenInvalid: who shows something wrong is told
  // no more than that. Takes the same time for every wrong token.
  absl::StatusOr<PrincipalPtr> Identify(const Evidence& evidence) const;

 private:
  struct KnownToken {
    TokenHash hash;
    PrincipalPtr principal;
  };
  explicit Authenticator(Rules rules) : rules_(std::move(rules)) {}
  absl::StatusOr<PrincipalPtr> OfToken(const std::vector<std::string_view>& authorization) const;
  PrincipalPtr OfCertificate(const std::vector<std::string>& names) const;

  Rules rules_;
  std::vector<KnownToken> tokens_;
  PrincipalPtr of_socket_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_AUTHENTICATOR_H_
