#include "server/service/catalog_service.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "extractd/v1/catalog_service.pb.h"
#include "server/base/status_macros.h"
#include "server/registry/mode_names.h"
#include "server/service/extract_request.h"
#include "server/service/messages.h"
#include "server/service/unary.h"
#include "server/service/wire_check.h"

namespace extractd {
namespace {

v1::CircuitState CircuitNumber(CircuitState state) {
  switch (state) {
    case CircuitState::kClosed:
      return v1::CIRCUIT_STATE_CLOSED;
    case CircuitState::kOpen:
      return v1::CIRCUIT_STATE_OPEN;
    case CircuitState::kHalfOpen:
      return v1::CIRCUIT_STATE_HALF_OPEN;
  }
  return v1::CIRCUIT_STATE_UNSPECIFIED;
}

constexpr std::string_view kListProviders = "ListProviders";
constexpr std::string_view kListModes = "ListModes";
constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

absl::StatusOr<size_t> PageSize(std::int32_t asked) {
  if (asked < 0 || asked > kMaxPageSize) {
    return InvalidRequest({{"page_size", "must be 0…1000"}});
  }
  return static_cast<size_t>(asked == 0 ? kDefaultPageSize : asked);
}

// Cuts `all`, which is sorted by name, to the page behind `token`, the last name of the page
// before; returns the token of the next page.
template <class Message, class NameOf>
std::string CutPage(
    std::vector<Message>& all, std::string_view token, size_t size, NameOf name_of
) {
  std::erase_if(all, [&](const Message& message) { return name_of(message) <= token; });
  if (all.size() <= size) return {};
  all.resize(size);
  return std::string(name_of(all.back()));
}

void ToMessage(const ProviderRow& row, SharedState& shared, v1::Provider& out) {
  out.set_name(row.name);
  out.set_dialect(row.dialect);
  for (const std::string& mode : row.modes) out.add_mode_names(mode);
  out.set_docs_url(row.docs_url);
  out.set_key_variable(row.key_variable);
  out.set_configured(shared.credentials.IsConfigured(row));
  out.set_default_model(row.default_model);
  out.set_circuit(CircuitNumber(shared.health.StateOf(row.name)));
  out.set_loaded(shared.registry.IsLoaded(row.name));
  out.set_origin(row.origin);
}

absl::StatusOr<v1::ListProvidersResponse> Providers(
    const v1::ListProvidersRequest& request, SharedState& shared
) {
  ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size()));
  std::string mode;
  if (!request.mode_name().empty()) {
    ASSIGN_OR_RETURN(
        const NormalizedMode named,
        NormalizeModeName(request.mode_name(), "", shared.registry.Providers())
    );
    mode = named.mode;
  }
  std::vector<v1::Provider> providers;
  for (const auto& row : shared.catalog.Rows()) {
    if (!mode.empty() && std::ranges::find(row->modes, mode) == row->modes.end()) continue;
    v1::Provider provider;
    ToMessage(*row, shared, provider);
    if (request.configured_only() && !provider.configured()) continue;
    providers.push_back(std::move(provider));
  }
  v1::ListProvidersResponse response;
  response.set_next_page_token(CutPage(
      providers,
      request.page_token(),
      page_size,
      [](const v1::Provider& provider) -> std::string_view { return provider.name(); }
  ));
  for (v1::Provider& provider : providers) *response.add_providers() = std::move(provider);
  const RegistryStats stats = shared.registry.stats();
  response.set_loaded_handlers(static_cast<std::int32_t>(stats.loaded));
  response.set_total_handlers(static_cast<std::int32_t>(stats.total));
  return response;
}

absl::StatusOr<v1::ListModesResponse> Modes(
    const v1::ListModesRequest& request, SharedState& shared
) {
  ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size()));
  std::string provider;
  if (!request.provider().empty()) {
    const auto row = shared.catalog.Find(request.provider());
    if (row == nullptr) return shared.registry.Find(request.provider(), "").status();
    provider = row->name;
  }
  std::vector<v1::ModeInfo> modes;
  for (const ModeHandler* handler : AllModes()) {
    const ModeTraits& traits = handler->traits();
    if (!provider.empty() && !shared.registry.HasMode(provider, traits.name)) continue;
    v1::ModeInfo& mode = modes.emplace_back();
    mode.set_mode_name(std::string(traits.name));
    mode.set_mode(ModeNumber(traits.name));
    mode.set_description(std::string(traits.description));
    for (std::string& name : shared.registry.ProvidersOf(traits.name)) {
      mode.add_providers(std::move(name));
    }
    for (std::string& alias : LegacyNamesOf(traits.name)) mode.add_aliases(std::move(alias));
  }
  std::ranges::sort(modes, {}, [](const v1::ModeInfo& mode) { return mode.mode_name(); });
  v1::ListModesResponse response;
  response.set_next_page_token(CutPage(
      modes,
      request.page_token(),
      page_size,
      [](const v1::ModeInfo& mode) -> std::string_view { return mode.mode_name(); }
  ));
  for (v1::ModeInfo& mode : modes) *response.add_modes() = std::move(mode);
  return response;
}

}  // namespace

Task<RpcResult> CatalogMethods::ListProviders(Rpc& rpc) {
  v1::ListProvidersRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kListProviders, parsed, recorder_);
  const auto response = Providers(request, shared_);
  if (!response.ok()) co_return Refuse(rpc, kListProviders, response.status(), recorder_);
  co_return Succeed(*response);
}

Task<RpcResult> CatalogMethods::ListModes(Rpc& rpc) {
  v1::ListModesRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kListModes, parsed, recorder_);
  const auto response = Modes(request, shared_);
  if (!response.ok()) co_return Refuse(rpc, kListModes, response.status(), recorder_);
  co_return Succeed(*response);
}

}  // namespace extractd
