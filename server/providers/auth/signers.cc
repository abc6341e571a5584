#include "server/providers/auth/signers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/providers/auth/aws/aws_signer.h"
#include "server/providers/auth/aws/sources.h"
#include "server/providers/auth/azure/entra_source.h"
#include "server/providers/auth/bearer_authorizer.h"
#include "server/providers/auth/databricks/m2m_source.h"
#include "server/providers/auth/google/google_source.h"

namespace extractd::providers {
namespace {

template <class Source>
std::shared_ptr<Authorizer> MakeBearer(
    std::shared_ptr<const ProviderRow> row, const SignerTools& tools
) {
  auto source = std::make_unique<Source>(std::move(row), tools.client, tools.tokens);
  return std::make_shared<BearerAuthorizer>(std::move(source), tools.tokens);
}

// For sources that are the same whatever the row.
template <bool (*IsConfigured)()>
bool AnyRow(const ProviderRow&) {
  return IsConfigured();
}

constexpr std::array kSigners = {
    Signer{"aws_sigv4", NewAwsAuthorizer, AnyRow<aws::MayHaveCredentials>},
    Signer{"azure_entra", MakeBearer<azure::EntraSource>, AnyRow<azure::IsConfigured>},
    Signer{"databricks_m2m", MakeBearer<databricks::M2mSource>, AnyRow<databricks::IsConfigured>},
    Signer{"google", MakeBearer<google::GoogleSource>, AnyRow<google::IsConfigured>},
};

}  // namespace

std::span<const Signer> AllSigners() {
  return kSigners;
}

const Signer* FindSigner(std::string_view name) {
  const auto found = std::ranges::find(kSigners, name, &Signer::name);
  return found == kSigners.end() ? nullptr : &*found;
}

std::shared_ptr<Authorizer> NewAuthorizer(
    std::shared_ptr<const ProviderRow> row, const SignerTools& tools
) {
  const Signer* signer = FindSigner(row->signer);
  return signer == nullptr ? nullptr : signer->make(std::move(row), tools);
}

bool SignerIsConfigured(const ProviderRow& row) {
  const Signer* signer = FindSigner(row.signer);
  return signer != nullptr && signer->is_configured(row);
}

}  // namespace extractd::providers
