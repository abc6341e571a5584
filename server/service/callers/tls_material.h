// TlsMaterial: the certificate, key and client authorities that a listener shows and trusts, read
// and judged as one, so that files which do not fit together are never in force.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_TLS_MATERIAL_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_TLS_MATERIAL_H_

#include <chrono>
#include <string>

#include <absl/status/statusor.h>

#include "server/base/secret.h"

namespace extractd {

struct TlsSettings {
  std::string certificate = {};  // path of the PEM chain, the server's own first; empty: no TLS
  std::string key = {};          // path of its PEM key
  std::string client_ca = {};    // path of PEM authorities of clients; empty: none are asked for
  bool client_required = true;   // a client without a certificate cannot connect
  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

struct TlsMaterial {
  std::string certificate = {};
  Secret key = {};
  std::string client_ca = {};
  std::chrono::system_clock::time_point expires = {};
};

// InvalidArgument: which file is wrong, and how: unreadable, open to others, no PEM, expired, not
// yet valid, a key of another certificate.
absl::StatusOr<TlsMaterial> ReadTlsMaterial(const TlsSettings& settings);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_TLS_MATERIAL_H_
