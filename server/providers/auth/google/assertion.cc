#include "server/providers/auth/google/assertion.h"

#include <chrono>
#include <utility>

#include "server/json/text_writer.h"
#include "server/providers/auth/jwt.h"

namespace extractd::providers::google {
namespace {

constexpr std::chrono::seconds kLife{3600};

std::int64_t UnixSeconds(SystemTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string HeaderOf(const Assertion& assertion) {
  json::TextWriter out;
  out.BeginObject().Member("typ", "JWT").Member("alg", "RS256");
  if (!assertion.key_id.empty()) out.Member("kid", assertion.key_id);
  out.EndObject();
  return std::move(out).Take();
}

std::string ClaimsOf(const Assertion& assertion) {
  const std::int64_t issued = UnixSeconds(assertion.issued);
  json::TextWriter out;
  out.BeginObject().Member("iat", issued).Member("exp", issued + kLife.count());
  out.Member("iss", assertion.email).Member("aud", assertion.audience);
  out.Member("scope", assertion.scope).EndObject();
  return std::move(out).Take();
}

absl::StatusOr<std::string> Sign(const Assertion& assertion, const Secret& private_key) {
  return SignedJwt(HeaderOf(assertion), ClaimsOf(assertion), private_key);
}

}  // namespace extractd::providers::google
