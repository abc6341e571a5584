#include "server/providers/auth/aws/sigv4.h"

#include <algorithm>
#include <array>
#include <map>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_split.h>
#include <absl/time/time.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "server/base/strings.h"
#include "server/net/uri.h"

namespace extractd::providers::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string_view BytesOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Hex(const Digest& digest) {
  return absl::BytesToHexString(Absl(BytesOf(digest)));
}

Digest Sha256(std::string_view text) {
  Digest digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

Digest Hmac(std::string_view key, std::string_view text) {
  Digest digest;
  HMAC(
      EVP_sha256(),
      key.data(),
      static_cast<int>(key.size()),
      reinterpret_cast<const unsigned char*>(text.data()),
      text.size(),
      digest.data(),
      nullptr
  );
  return digest;
}

// The parameters by name, then value. They are encoded already.
std::string CanonicalQuery(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
  for (const absl::string_view part : absl::StrSplit(Absl(query), '&')) {
    const std::string_view text = Std(part);
    const size_t equals = std::min(text.find('='), text.size());
    parameters.emplace_back(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  }
  std::ranges::sort(parameters);
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append("=").append(value);
  }
  return canonical;
}

// By name, as they are signed.
std::map<std::string, std::string> HeadersToSign(
    const WireRequest& request,
    const Credentials& credentials,
    const net::UrlParts& url,
    const std::string& date
) {
  std::map<std::string, std::string> headers;
  for (const WireHeader& header : request.headers) {
    if (header.name == "content-type" || header.name.starts_with("x-amz-")) {
      headers[header.name] = std::string(absl::StripAsciiWhitespace(header.value));
    }
  }
  headers["host"] = std::string(url.authority);
  headers["x-amz-date"] = date;
  if (!credentials.session_token.empty()) {
    headers["x-amz-security-token"] = std::string(credentials.session_token.Reveal());
  }
  return headers;
}

Digest SigningKey(std::string_view secret, std::string_view day, const Scope& scope) {
  Digest key = Hmac(fmt::format("AWS4{}", secret), day);
  for (const std::string_view part :
       {scope.region, scope.service, std::string_view("aws4_request")}) {
    key = Hmac(BytesOf(key), part);
  }
  return key;
}

}  // namespace

Signature Sign(
    const WireRequest& request,
    const Credentials& credentials,
    const Scope& scope,
    std::chrono::system_clock::time_point now
) {
  const net::UrlParts url = net::SplitUrl(request.url);
  Signature signature;
  signature.date = absl::FormatTime("%Y%m%dT%H%M%SZ", absl::FromChrono(now), absl::UTCTimeZone());
  const std::string day = signature.date.substr(0, 8);

  std::string header_lines;
  std::string header_names;
  for (const auto& [name, value] : HeadersToSign(request, credentials, url, signature.date)) {
    header_lines.append(name).append(":").append(value).append("\n");
    header_names.append(header_names.empty() ? "" : ";").append(name);
  }
  // The path is encoded once for the wire, and once more here: of all services, only S3 does
  // without.
  signature.canonical_request = fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}",
      request.method,
      net::PercentEncode(url.path, "/"),
      CanonicalQuery(url.query),
      header_lines,
      header_names,
      Hex(Sha256(request.body))
  );
  const std::string scope_text =
      fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  signature.string_to_sign = fmt::format(
      "{}\n{}\n{}\n{}",
      kAlgorithm,
      signature.date,
      scope_text,
      Hex(Sha256(signature.canonical_request))
  );
  const Digest key = SigningKey(credentials.secret_access_key.Reveal(), day, scope);
  signature.authorization = fmt::format(
      "{} Credential={}/{}, SignedHeaders={}, Signature={}",
      kAlgorithm,
      credentials.access_key_id,
      scope_text,
      header_names,
      Hex(Hmac(BytesOf(key), signature.string_to_sign))
  );
  return signature;
}

std::vector<WireHeader> SignedHeaders(
    const WireRequest& request,
    const Credentials& credentials,
    const Scope& scope,
    std::chrono::system_clock::time_point now
) {
  const Signature signature = Sign(request, credentials, scope, now);
  std::vector<WireHeader> headers = {
      {.name = "x-amz-date", .value = signature.date},
      {.name = "authorization", .value = signature.authorization, .secret = true},
  };
  if (!credentials.session_token.empty()) {
    headers.push_back({
        .name = "x-amz-security-token",
        .value = std::string(credentials.session_token.Reveal()),
        .secret = true,
    });
  }
  return headers;
}

}  // namespace extractd::providers::aws
