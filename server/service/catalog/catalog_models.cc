#include "server/service/catalog/catalog_models.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/providers/model_list.h"
#include "server/providers/provider_table.h"
#include "server/registry/prices.h"
#include "server/service/catalog/catalog_pages.h"
#include "server/service/extraction/extract_request.h"

namespace extractd {
namespace {

using providers::ListedModel;
using Row = std::shared_ptr<const ProviderRow>;

// The models of one provider by name, each with what its own list says of it.
using Models = std::map<std::string, ListedModel, std::less<>>;

Models NamedModels(const ProviderRow& row) {
  Models models;
  for (const KnownModel& known : providers::KnownModelsOf(row.name))
    models[std::string(known.model)];
  for (const std::string& model : row.models) models[model];
  if (!row.default_model.empty()) models[row.default_model];
  return models;
}

// What is known of a model; what the row says itself counts first.
struct ModelFacts {
  KnownModel known = {};
  bool capabilities_known = false;
};

ModelFacts FactsOf(const ProviderRow& row, const std::string& name) {
  const KnownModel* known = providers::FindKnownModel(row.name, name);
  ModelFacts facts = {known == nullptr ? KnownModel() : *known, known != nullptr};
  const OwnModel* own = FindOwnModel(row, name);
  if (own == nullptr) return facts;
  if (own->max_input_tokens > 0) facts.known.max_input_tokens = own->max_input_tokens;
  if (own->max_output_tokens > 0) facts.known.max_output_tokens = own->max_output_tokens;
  facts.known.capabilities = own->capabilities.value_or(facts.known.capabilities);
  facts.capabilities_known |= own->capabilities.has_value();
  return facts;
}

bool Lists(const v1::Model& model, const std::string& mode) {
  return std::ranges::find(model.mode_names(), mode) != model.mode_names().end();
}

void ToMessage(const Rates& rates, v1::Price& out) {
  constexpr double kPicosInANano = 1000;
  const auto nanos = [](std::int64_t picos) { return static_cast<double>(picos) / kPicosInANano; };
  out.set_input_usd_nanos_per_token(nanos(rates.input));
  out.set_output_usd_nanos_per_token(nanos(rates.output));
  out.set_cached_input_usd_nanos_per_token(nanos(rates.cached_input.value_or(rates.input)));
  out.set_cache_write_usd_nanos_per_token(nanos(rates.cache_write.value_or(rates.input)));
}

// What a request keeps of the models of a provider.
class ModelFilter {
 public:
  ModelFilter(std::string mode, CapabilitySet capabilities)
      : mode_(std::move(mode)), capabilities_(capabilities) {}

  void Add(
      const ProviderRow& row,
      const Models& models,
      const Catalog& catalog,
      std::vector<v1::Model>& out
  ) const {
    const Dialect* dialect = providers::FindDialect(row.dialect);
    if (dialect == nullptr) return;
    for (const auto& [name, listed] : models) {
      const ModelFamily& family = catalog.FamilyOf(row, name);
      const ModelFacts facts = FactsOf(row, name);
      const KnownModel* known = facts.capabilities_known ? &facts.known : nullptr;
      CapabilitySet can = CapabilitiesOf(row, *dialect, family, known);
      can |= listed.capabilities;
      if (!can.HasAll(capabilities_)) continue;
      v1::Model model;
      model.set_provider(row.name);
      model.set_model(name);
      for (const std::string& mode : family.modes.empty() ? row.modes : family.modes) {
        model.add_mode_names(mode);
      }
      if (!mode_.empty() && !Lists(model, mode_)) continue;
      for (const v1::Capability number : ToNumbers(can)) model.add_capabilities(number);
      model.set_max_input_tokens(
          listed.max_input_tokens > 0 ? listed.max_input_tokens : facts.known.max_input_tokens
      );
      model.set_max_output_tokens(facts.known.max_output_tokens);
      out.push_back(std::move(model));
    }
  }

 private:
  std::string mode_;
  CapabilitySet capabilities_;
};

// A tab sorts before what names are made of, so that the order is that of provider and name.
std::string KeyOf(const v1::Model& model) {
  return fmt::format("{}\t{}", model.provider(), model.model());
}

absl::StatusOr<std::vector<Row>> RowsFor(
    const v1::ListModelsRequest& request, const SharedState& shared
) {
  if (request.provider().empty()) {
    if (!request.discover()) return shared.catalog.Rows();
    return InvalidRequest({{"discover", "name the provider whose own list is wanted"}});
  }
  Row row = shared.catalog.Find(request.provider());
  if (row == nullptr) return shared.catalog.registry().Find(request.provider(), "").status();
  if (request.discover() && row->models_path.empty()) {
    return InvalidRequest(
        {{"discover", fmt::format("provider '{}' has no list that can be asked for", row->name)}}
    );
  }
  return std::vector<Row>{std::move(row)};
}

}  // namespace

Task<absl::StatusOr<v1::ListModelsResponse>> ListModels(
    const v1::ListModelsRequest& request,
    SharedState& shared,
    net::HttpClient& client,
    std::chrono::milliseconds patience
) {
  CO_ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size()));
  CO_ASSIGN_OR_RETURN(std::string mode, ModeFilter(request.mode_name(), shared));
  CO_ASSIGN_OR_RETURN(const CapabilitySet can, CapabilityFilter(request.capabilities()));
  CO_ASSIGN_OR_RETURN(const std::vector<Row> rows, RowsFor(request, shared));
  const ModelFilter filter(std::move(mode), can);
  std::vector<v1::Model> models;
  for (const Row& row : rows) {
    Models named = NamedModels(*row);
    if (request.discover()) {
      CO_ASSIGN_OR_RETURN(const Secret key, shared.credentials.KeyOf(*row));
      CO_ASSIGN_OR_RETURN(
          std::vector<ListedModel> listed,
          co_await providers::FetchModelList(client, *row, key, patience)
      );
      for (ListedModel& model : listed) named.insert_or_assign(model.name, model);
    }
    filter.Add(*row, named, shared.catalog, models);
  }
  const std::shared_ptr<const PriceTable> prices = shared.call_settings()->prices;
  std::ranges::sort(models, {}, KeyOf);
  v1::ListModelsResponse response;
  response.set_next_page_token(CutPage(models, request.page_token(), page_size, KeyOf));
  for (v1::Model& model : models) {
    const Price* price =
        prices == nullptr ? nullptr : prices->Find(model.provider(), model.model());
    if (price != nullptr) ToMessage(price->rates, *model.mutable_price());
    *response.add_models() = std::move(model);
  }
  co_return response;
}

}  // namespace extractd
