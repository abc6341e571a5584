// A private key made for the test, and the check of what it signed.
#ifndef EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_RSA_KEY_H_
#define EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_RSA_KEY_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/strings/escaping.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "server/base/strings.h"

namespace extractd::providers::testing {

class RsaKey {
 public:
  RsaKey() : key_(EVP_RSA_gen(2048), &EVP_PKEY_free) {}

  // PKCS#8
  std::string Pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<size_t>(size)};
  }

  // `jwt` is signed by this key.
  bool Signed(std::string_view jwt) const {
    const size_t dot = jwt.rfind('.');
    std::string signature;
    if (!absl::WebSafeBase64Unescape(Absl(jwt.substr(dot + 1)), &signature)) return false;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(), &EVP_MD_CTX_free
    );
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    return EVP_DigestVerify(
               context.get(),
               reinterpret_cast<const unsigned char*>(signature.data()),
               signature.size(),
               reinterpret_cast<const unsigned char*>(jwt.data()),
               dot
           ) == 1;
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace extractd::providers::testing

#endif  // EXTRACTD_TESTS_UNIT_PROVIDERS_AUTH_RSA_KEY_H_
