#include "tests/fakes/certificates.h"

#include <atomic>
#include <functional>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace extractd::fakes {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certified = std::shared_ptr<X509>;

void Require(bool done) {
  if (!done) throw std::runtime_error("certificates: OpenSSL refused");
}

Key NewKey() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

std::string Pem(const std::function<int(BIO*)>& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  Require(write(memory.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<size_t>(size)};
}

std::string PemOf(const Certified& certificate) {
  return Pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

std::string PemOf(const Key& key) {
  return Pem([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void AddExtension(X509* certificate, int id, const char* value) {
  X509V3_CTX context = {};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value), &X509_EXTENSION_free
  );
  Require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void SetName(X509_NAME* name, const char* text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  Require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes, -1, -1, 0) == 1);
}

// With everything but its issuer and signature.
Certified Unsigned(const Key& key, const CertificateSpec& spec, const char* name) {
  static std::atomic<long> serial = 1;
  Certified certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), spec.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), spec.valid_until.count());
  X509_set_pubkey(certificate.get(), key.get());
  SetName(X509_get_subject_name(certificate.get()), name);
  return certificate;
}

void Sign(const Certified& certificate, X509* issuer, const Key& key) {
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  Require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
}

}  // namespace

CertificateAuthority::CertificateAuthority()
    : key_(NewKey()), self_(Unsigned(key_, {}, "imposter authority")) {
  AddExtension(self_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(self_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  Sign(self_, self_.get(), key_);
  certificate_ = PemOf(self_);
}

Certificate CertificateAuthority::Issue(const CertificateSpec& spec) const {
  const Key key = NewKey();
  const Certified certificate = Unsigned(key, spec, spec.common_name.c_str());
  AddExtension(certificate.get(), NID_subject_alt_name, spec.names.c_str());
  Sign(certificate, self_.get(), key_);
  return {PemOf(certificate), PemOf(key)};
}

Certificate CertificateAuthority::SelfSigned(const CertificateSpec& spec) {
  const Key key = NewKey();
  const Certified certificate = Unsigned(key, spec, spec.common_name.c_str());
  AddExtension(certificate.get(), NID_subject_alt_name, spec.names.c_str());
  Sign(certificate, certificate.get(), key);
  return {PemOf(certificate), PemOf(key)};
}

}  // namespace extractd::fakes
