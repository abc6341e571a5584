// Strictness: whether the provider enforces the schema of a call, as which lowered schema, and what
// the caller is told of what it does not enforce.
#ifndef EXTRACTD_SERVER_ENGINE_STRICTNESS_H_
#define EXTRACTD_SERVER_ENGINE_STRICTNESS_H_

#include <optional>
#include <string_view>

#include <absl/status/status.h>

#include "server/engine/plan.h"
#include "server/modes/mode_handler.h"
#include "server/registry/provider_row.h"
#include "server/schema/lower/lower.h"
#include "server/schema/prepared_schema.h"

namespace extractd {

// What of a schema the provider enforces for a model, whatever is asked; null: nothing.
const schema::lower::Subset* SubsetOf(const ProviderRow& row, const ModelFamily& family);

// The lowered schema, if there is one and the subset can take it; else null.
const schema::LoweredSchema* Usable(const schema::LoweredSchema* lowered);

// Why a mode cannot carry a schema to a provider; nothing if it can. `lowered`: what the provider
// would get in modes that it enforces; null: the schema itself.
std::optional<schema::lower::Obstacle> ObstacleOf(
    const ModeTraits& mode,
    const ProviderRow& row,
    const schema::PreparedSchema& schema,
    const schema::LoweredSchema* lowered
);

// kSchemaUnsupportedByProvider: `what`, with the obstacle.
absl::Status UnsupportedSchema(
    const ProviderRow& row, const schema::lower::Obstacle& obstacle, std::string_view what
);

// Decides for a plan whose mode is chosen. A constraint that is not enforced is a downgrade, or an
// error as above if the caller demands enforcement. `lowered`: what the provider would get; null:
// it enforces nothing.
absl::Status ChooseStrictness(const schema::LoweredSchema* lowered, Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STRICTNESS_H_
