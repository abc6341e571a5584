// The built-in rows: one file a provider in defs/, one a group of models in models/. The build
// collects the provider files, so that a row which is missing does not link.
#ifndef EXTRACTD_SERVER_PROVIDERS_PROVIDER_TABLE_H_
#define EXTRACTD_SERVER_PROVIDERS_PROVIDER_TABLE_H_

#include <span>
#include <string_view>
#include <vector>

#include "server/registry/capability.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// Every built-in provider, ordered by file name. Generated.
std::vector<ProviderRow> BuiltInProviders();

// Every known model family.
std::vector<ModelFamily> BuiltInModelFamilies();

// Every model that somebody looked up, by provider and name; and those of one provider.
std::span<const KnownModel> KnownModels();
std::span<const KnownModel> KnownModelsOf(std::string_view provider);
// Null: nobody looked it up.
const KnownModel* FindKnownModel(std::string_view provider, std::string_view model);

// Null: there is no dialect of that name.
const Dialect* FindDialect(std::string_view name);
// Adds a dialect of a plug-in, which lives as long as the process. REQUIRES: nothing is served yet,
// and no dialect has its name.
void AddDialect(const Dialect& dialect);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_PROVIDER_TABLE_H_
