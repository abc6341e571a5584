// Strictness: whether the provider enforces the schema of a call, as which lowered schema, and what
// the caller is told of what it does not enforce.
#ifndef EXTRACTD_SERVER_ENGINE_STRICTNESS_H_
#define EXTRACTD_SERVER_ENGINE_STRICTNESS_H_

#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/engine/plan.h"
#include "server/modes/mode_handler.h"
#include "server/registry/provider_row.h"
#include "server/schema/lower/lower.h"
#include "server/schema/prepared_schema.h"

namespace extractd {

// The action of the last downgrade of a plan that has more of them than it lists.
inline constexpr std::string_view kNotListed = "not listed";

// What of a schema the provider enforces for a model, whatever is asked; null: nothing.
const schema::lower::Subset* SubsetOf(const ProviderRow& row, const ModelFamily& family);

// The schema as tools of the provider take it; null: they have no rules of their own.
const schema::LoweredSchema* LoweredForTools(
    const ProviderRow& row, const schema::PreparedSchema& schema
);

// The lowered schema, if there is one and the subset can take it; else null.
const schema::LoweredSchema* Usable(const schema::LoweredSchema* lowered);

// A mode takes from a provider only schemas whose root is an object.
bool NeedsObjectRoot(const ModeTraits& mode, const ProviderRow& row);

// `schema` must be wrapped for the mode. `lowered`: what the provider would get; null: the schema
// itself.
bool NeedsWrapper(
    const ModeTraits& mode,
    const ProviderRow& row,
    const schema::PreparedSchema& schema,
    const schema::LoweredSchema* lowered
);

// kSchemaUnsupportedByProvider: `what`, with the obstacle.
absl::Status UnsupportedSchema(
    const ProviderRow& row, const schema::lower::Obstacle& obstacle, std::string_view what
);

// Whether the provider enforces a schema of a plan whose mode is chosen. A constraint that is not
// enforced becomes a downgrade of the plan, or an error as above if the caller demands enforcement.
// `lowered`: what the provider would get; null: it enforces nothing.
absl::StatusOr<bool> ChooseStrictness(const schema::LoweredSchema* lowered, Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STRICTNESS_H_
