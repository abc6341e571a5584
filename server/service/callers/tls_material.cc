#include "server/service/callers/tls_material.h"

#include <ctime>
#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server/base/status_macros.h"
#include "server/service/callers/safe_file.h"

namespace extractd {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

absl::Status Problem(std::string_view setting, const std::string& path, std::string_view problem) {
  ERR_clear_error();
  return absl::InvalidArgumentError(fmt::format("{}: '{}' {}", setting, path, problem));
}

absl::StatusOr<std::string> Read(std::string_view setting, const std::string& path, Safety safety) {
  absl::StatusOr<std::string> text = ReadSafeFile(path, safety);
  if (text.ok()) return text;
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", setting, std::string(text.status().message()))
  );
}

Memory Over(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

Certificate FirstCertificate(std::string_view pem) {
  return {PEM_read_bio_X509(Over(pem).get(), nullptr, nullptr, nullptr), &X509_free};
}

// A key that needs a pass phrase is unreadable: nobody is there to type it.
Key ReadKey(std::string_view pem) {
  const auto no_phrase = [](char*, int, int, void*) { return 0; };
  return {PEM_read_bio_PrivateKey(Over(pem).get(), nullptr, no_phrase, nullptr), &EVP_PKEY_free};
}

std::chrono::system_clock::time_point TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

// The server's certificate, checked as far as can be without a client.
absl::Status CheckPair(const TlsSettings& settings, TlsMaterial& material) {
  const Certificate certificate = FirstCertificate(material.certificate);
  if (certificate == nullptr) {
    return Problem("tls_certificate", settings.certificate, "holds no PEM certificate");
  }
  const Key key = ReadKey(material.key.Reveal());
  if (key == nullptr) {
    return Problem("tls_key", settings.key, "holds no PEM key, or one with a pass phrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Problem("tls_key", settings.key, "is not the key of tls_certificate");
  }
  const auto now = std::chrono::system_clock::now();
  material.expires = TimeOf(X509_get0_notAfter(certificate.get()));
  if (material.expires <= now) {
    return Problem("tls_certificate", settings.certificate, "has expired");
  }
  if (TimeOf(X509_get0_notBefore(certificate.get())) > now) {
    return Problem("tls_certificate", settings.certificate, "is not valid yet");
  }
  return absl::OkStatus();
}

absl::Status CheckCombination(const TlsSettings& settings) {
  if (settings.certificate.empty() != settings.key.empty()) {
    return absl::InvalidArgumentError("tls_certificate and tls_key: one needs the other");
  }
  if (!settings.client_ca.empty() && settings.certificate.empty()) {
    return absl::InvalidArgumentError("tls_client_ca: needs tls_certificate and tls_key");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TlsMaterial> ReadTlsMaterial(const TlsSettings& settings) {
  RETURN_IF_ERROR(CheckCombination(settings));
  TlsMaterial material;
  if (settings.certificate.empty()) return material;
  ASSIGN_OR_RETURN(
      material.certificate, Read("tls_certificate", settings.certificate, Safety::kAny)
  );
  ASSIGN_OR_RETURN(std::string key, Read("tls_key", settings.key, Safety::kOwnersOnly));
  material.key = Secret(std::move(key));
  RETURN_IF_ERROR(CheckPair(settings, material));
  if (settings.client_ca.empty()) return material;
  ASSIGN_OR_RETURN(material.client_ca, Read("tls_client_ca", settings.client_ca, Safety::kAny));
  if (FirstCertificate(material.client_ca) == nullptr) {
    return Problem("tls_client_ca", settings.client_ca, "holds no PEM certificate");
  }
  return material;
}

}  // namespace extractd
