// Certificates made at run time, good and bad ones.
#ifndef EXTRACTD_TESTS_FAKES_CERTIFICATES_H_
#define EXTRACTD_TESTS_FAKES_CERTIFICATES_H_

#include <chrono>
#include <memory>
#include <string>

#include <openssl/x509.h>

namespace extractd::fakes {

// Both as PEM.
struct Certificate {
  std::string certificate = {};
  std::string key = {};
};

struct CertificateSpec {
  std::string names = "IP:127.0.0.1,DNS:localhost";          // as OpenSSL writes alternative names
  std::chrono::seconds valid_from{-std::chrono::hours(48)};  // from now
  std::chrono::seconds valid_until{std::chrono::hours(24)};
  std::string common_name = "imposter";
};

class CertificateAuthority {
 public:
  CertificateAuthority();

  // Its own certificate, as PEM.
  const std::string& certificate() const { return certificate_; }
  Certificate Issue(const CertificateSpec& spec) const;
  static Certificate SelfSigned(const CertificateSpec& spec);

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> self_;
  std::string certificate_;
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_CERTIFICATES_H_
