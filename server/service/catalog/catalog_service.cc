#include "server/service/catalog/catalog_service.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "extractd/v1/catalog_service.pb.h"
#include "server/base/status_macros.h"
#include "server/engine/callers/principal.h"
#include "server/plugins/plugin_set.h"
#include "server/providers/provider_table.h"
#include "server/registry/api_fields.h"
#include "server/registry/mode_names.h"
#include "server/service/catalog/catalog_models.h"
#include "server/service/catalog/catalog_pages.h"
#include "server/service/extraction/messages.h"
#include "server/service/rpc/unary.h"
#include "server/service/rpc/wire_check.h"
#include "server/service/stream/model_pull.h"

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
constexpr std::string_view kListModels = "ListModels";
constexpr std::string_view kPullModel = "PullModel";
// For the question to a provider what it has.
constexpr std::chrono::seconds kPatience{10};

// Made without the registry, which would load what is only listed.
void AddModes(const ProviderRow& row, v1::Provider& out) {
  const auto shared_row = std::make_shared<const ProviderRow>(row);
  for (const std::string& name : row.modes) {
    const ModeHandler* mode = FindModeHandler(name);
    if (mode == nullptr) continue;
    const std::string_view dialect =
        mode->traits().dialect.empty() ? std::string_view(row.dialect) : mode->traits().dialect;
    v1::ProviderMode& listed = *out.add_modes();
    listed.set_mode_name(name);
    const Handler handler = {
        .row = shared_row, .mode = mode, .dialect = providers::FindDialect(dialect)
    };
    if (handler.dialect == nullptr) continue;
    for (std::string& field : ApiFieldsOf(handler)) listed.add_api_fields(std::move(field));
  }
}

void ToMessage(const ProviderRow& row, SharedState& shared, v1::Provider& out) {
  out.set_name(row.name);
  out.set_dialect(row.dialect);
  for (const std::string& mode : row.modes) out.add_mode_names(mode);
  AddModes(row, out);
  out.set_docs_url(row.docs_url);
  out.set_key_variable(row.key_variable);
  out.set_configured(shared.credentials.IsConfigured(row));
  out.set_default_model(row.default_model);
  out.set_circuit(CircuitNumber(shared.health.StateOf(row.name)));
  out.set_loaded(shared.registry.IsLoaded(row.name));
  out.set_origin(row.origin);
}

// Those that are built in and those that the row names with what they can.
std::vector<KnownModel> KnownModelsOf(const ProviderRow& row) {
  const auto built_in = providers::KnownModelsOf(row.name);
  std::vector<KnownModel> models(built_in.begin(), built_in.end());
  for (const OwnModel& own : row.own_models) {
    if (own.capabilities.has_value()) models.push_back({.capabilities = *own.capabilities});
  }
  return models;
}

void AddPlugins(v1::ListProvidersResponse& response) {
  for (const plugins::Plugin& plugin : plugins::LoadedPlugins()) {
    v1::Plugin& out = *response.add_plugins();
    out.set_name(plugin.name);
    out.set_version(plugin.version);
    for (const std::string& dialect : plugin.dialects) out.add_dialects(dialect);
    for (const std::string& mode : plugin.modes) out.add_mode_names(mode);
  }
}

absl::StatusOr<v1::ListProvidersResponse> Providers(
    const v1::ListProvidersRequest& request, SharedState& shared
) {
  ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string mode, ModeFilter(request.mode_name(), shared));
  ASSIGN_OR_RETURN(const CapabilitySet wanted, CapabilityFilter(request.capabilities()));
  std::vector<v1::Provider> listed;
  for (const auto& row : shared.catalog.Rows()) {
    if (!mode.empty() && std::ranges::find(row->modes, mode) == row->modes.end()) continue;
    const Dialect* dialect = providers::FindDialect(row->dialect);
    if (dialect == nullptr) continue;
    const std::vector<KnownModel> known = KnownModelsOf(*row);
    const CapabilitySet can = CapabilitiesOf(*row, *dialect, known);
    if (!can.HasAll(wanted)) continue;
    v1::Provider provider;
    ToMessage(*row, shared, provider);
    for (const v1::Capability number : ToNumbers(can)) provider.add_capabilities(number);
    if (request.configured_only() && !provider.configured()) continue;
    listed.push_back(std::move(provider));
  }
  v1::ListProvidersResponse response;
  response.set_next_page_token(CutPage(
      listed,
      request.page_token(),
      page_size,
      [](const v1::Provider& provider) -> std::string_view { return provider.name(); }
  ));
  for (v1::Provider& provider : listed) *response.add_providers() = std::move(provider);
  AddPlugins(response);
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

// Whether the caller may use the provider that it names; one that is not there is for others to
// say.
absl::Status CheckProvider(const Rpc& rpc, const std::string& name, const Catalog& catalog) {
  const auto row = name.empty() ? nullptr : catalog.Find(name);
  if (row == nullptr || MayUseProvider(rpc.caller().get(), row->name)) return absl::OkStatus();
  return CheckAllowed(rpc.caller().get(), row->name, "");
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

Task<RpcResult> CatalogMethods::ListModels(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::ListModelsRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kListModels, parsed, recorder_);
  std::chrono::milliseconds patience = kPatience;
  if (const auto deadline = rpc.deadline()) {
    const auto left = *deadline - shared_.clock.Now();
    patience = std::clamp(
        std::chrono::duration_cast<std::chrono::milliseconds>(left),
        std::chrono::milliseconds(1),
        patience
    );
  }
  const absl::Status allowed = CheckProvider(rpc, request.provider(), shared_.catalog);
  if (!allowed.ok()) co_return Refuse(rpc, kListModels, allowed, recorder_);
  const auto response = co_await extractd::ListModels(request, shared_, client_, patience);
  if (!response.ok()) co_return Refuse(rpc, kListModels, response.status(), recorder_);
  co_return Succeed(*response);
}

Task<grpc::Status> CatalogMethods::PullModel(StreamRpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::PullModelRequest request;
  absl::Status status = ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (status.ok()) status = co_await StreamPull(request, shared_, client_, rpc);
  if (status.ok()) co_return grpc::Status::OK;
  co_return Refuse(rpc, kPullModel, status, recorder_).status;
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
