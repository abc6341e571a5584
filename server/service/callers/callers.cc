#include "server/service/callers/callers.h"

#include <utility>

#include <fmt/format.h>
#include <grpcpp/security/auth_context.h>

#include "server/base/status_macros.h"
#include "server/service/callers/safe_file.h"
#include "server/service/callers/tokens_file.h"

namespace extractd {
namespace {

constexpr const char* kAuthorization = "authorization";

std::string StampsOf(const CallerSettings& settings) {
  return fmt::format(
      "{} {} {} {}",
      StampOf(settings.tls.certificate),
      StampOf(settings.tls.key),
      StampOf(settings.tls.client_ca),
      StampOf(settings.tokens_file)
  );
}

absl::StatusOr<std::vector<TokenRow>> ReadTokens(const std::string& path) {
  if (path.empty()) return std::vector<TokenRow>();
  absl::StatusOr<std::string> text = ReadSafeFile(path, Safety::kOwnersOnly);
  absl::StatusOr<std::vector<TokenRow>> rows =
      text.ok() ? ParseTokens(*text) : absl::StatusOr<std::vector<TokenRow>>(text.status());
  if (rows.ok()) return rows;
  const std::string problem(rows.status().message());
  return absl::InvalidArgumentError(
      text.ok() ? fmt::format("tokens_file: '{}' {}", path, problem)
                : fmt::format("tokens_file: {}", problem)
  );
}

void AddNames(
    const grpc::AuthContext& context,
    const char* property,
    std::string_view prefix,
    std::vector<std::string>& out
) {
  for (const grpc::string_ref& name : context.FindPropertyValues(property)) {
    out.push_back(fmt::format("{}{}", prefix, std::string_view(name.data(), name.size())));
  }
}

// As Principal::certificates has them; empty: the connection has no client certificate.
std::vector<std::string> CertificateNames(const grpc::ServerContext& context) {
  std::vector<std::string> names;
  const std::shared_ptr<const grpc::AuthContext> shown = context.auth_context();
  if (shown == nullptr) return names;
  AddNames(*shown, GRPC_PEER_URI_PROPERTY_NAME, "", names);
  AddNames(*shown, GRPC_PEER_DNS_PROPERTY_NAME, "", names);
  AddNames(*shown, GRPC_X509_CN_PROPERTY_NAME, "CN=", names);
  return names;
}

bool IsUnixPeer(const grpc::ServerContext& context) {
  return context.peer().starts_with("unix");
}

}  // namespace

absl::StatusOr<Callers::Loaded> Callers::Read(const CallerSettings& settings) {
  Loaded loaded;
  ASSIGN_OR_RETURN(loaded.tls, ReadTlsMaterial(settings.tls));
  ASSIGN_OR_RETURN(std::vector<TokenRow> tokens, ReadTokens(settings.tokens_file));
  ASSIGN_OR_RETURN(
      loaded.authenticator,
      Authenticator::Make({
          .principals = settings.principals,
          .tokens = std::move(tokens),
          .demanded = settings.demands_identity(),
          .unix_principal = settings.socket_principal,
      })
  );
  return loaded;
}

absl::Status Callers::Check(const CallerSettings& settings) {
  return Read(settings).status();
}

absl::Status Callers::Load(const CallerSettings& settings) {
  // Stamped first: a file that changes while it is read is read again.
  std::string stamps = StampsOf(settings);
  absl::StatusOr<Loaded> loaded = Read(settings);
  const absl::MutexLock lock(&mutex_);
  stamps_ = std::move(stamps);
  if (!loaded.ok()) return loaded.status();
  settings_ = settings;
  authenticator_ = std::move(loaded->authenticator);
  expiry_.reset();
  if (settings.tls.certificate.empty()) return absl::OkStatus();
  expiry_ = loaded->tls.expires;
  listeners_.Show(std::move(loaded->tls));
  return absl::OkStatus();
}

std::optional<absl::Status> Callers::LoadIfChanged() {
  CallerSettings settings;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    if (StampsOf(settings_) == stamps_) return std::nullopt;
    settings = settings_;
  }
  return Load(settings);
}

std::shared_ptr<grpc::ServerCredentials> Callers::CredentialsFor(const std::string& address) {
  const absl::ReaderMutexLock lock(&mutex_);
  const TlsSettings& tls = settings_.tls;
  if (tls.certificate.empty() || address.starts_with("unix:")) {
    return grpc::InsecureServerCredentials();
  }
  if (tls.client_ca.empty()) return listeners_.ForAddress(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return listeners_.ForAddress(
      tls.client_required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                          : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
  );
}

absl::StatusOr<PrincipalPtr> Callers::Identify(const grpc::ServerContext& context) const {
  std::shared_ptr<const Authenticator> authenticator;
  bool certificates = false;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    authenticator = authenticator_;
    certificates = !settings_.tls.client_ca.empty();
  }
  if (!authenticator->demanded()) return PrincipalPtr();
  Evidence evidence;
  const auto [first, last] = context.client_metadata().equal_range(kAuthorization);
  for (auto entry = first; entry != last; ++entry) {
    evidence.authorization.emplace_back(entry->second.data(), entry->second.size());
  }
  if (certificates) evidence.certificate = CertificateNames(context);
  evidence.unix_socket = IsUnixPeer(context);
  return authenticator->Identify(evidence);
}

std::optional<std::chrono::system_clock::time_point> Callers::certificate_expiry() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return expiry_;
}

}  // namespace extractd
