#include "server/providers/auth/signers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace extractd::providers {
namespace {

constexpr std::array<Signer, 0> kSigners = {};

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
