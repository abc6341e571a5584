#include "server/providers/auth/jwt.h"

#include <memory>

#include <absl/strings/escaping.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"

namespace extractd::providers {
namespace {

template <auto Free>
struct FreeWith {
  void operator()(auto* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

std::string Base64Url(std::string_view bytes) {
  std::string text;
  absl::WebSafeBase64Escape(Absl(bytes), &text);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

// An encrypted key is refused; OpenSSL would ask the terminal for its password.
int NoPassword(char*, int, int, void*) {
  return -1;
}

Key ReadKey(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) return nullptr;
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassword, nullptr));
  if (key != nullptr && EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) key.reset();
  return key;
}

absl::StatusOr<std::string> SignRs256(std::string_view text, const Secret& private_key) {
  const Key key = ReadKey(private_key.Reveal());
  ERR_clear_error();
  if (key == nullptr) return absl::InvalidArgumentError("is not an RSA key in PEM");
  const DigestContext context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  std::string signature;
  bool signed_well =
      context != nullptr &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (signed_well) {
    signature.resize(size);
    auto* out = reinterpret_cast<unsigned char*>(signature.data());
    signed_well = EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1;
    signature.resize(size);
  }
  ERR_clear_error();
  if (!signed_well) return absl::InvalidArgumentError("cannot sign");
  return signature;
}

}  // namespace

absl::StatusOr<std::string> SignedJwt(
    std::string_view header, std::string_view claims, const Secret& private_key
) {
  std::string token = Base64Url(header) + "." + Base64Url(claims);
  ASSIGN_OR_RETURN(const std::string signature, SignRs256(token, private_key));
  return token + "." + Base64Url(signature);
}

}  // namespace extractd::providers
