#include "server/engine/strictness.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"

namespace extractd {
namespace {

using schema::lower::Obstacle;

// More of them are counted in a last one.
constexpr size_t kMaxDowngrades = 64;

// Why the provider will not enforce the schema; nothing: it will.
std::optional<Obstacle> EnforcementObstacle(
    const Plan& plan, const schema::LoweredSchema* lowered
) {
  if (!plan.handler->mode->traits().provider_enforces) {
    return Obstacle{"", "", fmt::format("mode {} leaves the schema to the prompt", plan.mode())};
  }
  if (lowered == nullptr) {
    return Obstacle{"", "", "the provider enforces no schema for this model"};
  }
  return lowered->lowered.obstacle;
}

void AddDowngrades(const std::vector<schema::lower::Loss>& losses, Plan& plan) {
  plan.downgrades.reserve(std::min(plan.downgrades.size() + losses.size(), kMaxDowngrades + 1));
  for (const schema::lower::Loss& loss : losses) {
    if (plan.downgrades.size() >= kMaxDowngrades) {
      plan.unlisted_downgrades = losses.size() - static_cast<size_t>(&loss - losses.data());
      plan.downgrades.push_back({
          .action = std::string(kNotListed),
          .reason = fmt::format("{} further constraints are not carried", plan.unlisted_downgrades),
      });
      return;
    }
    plan.downgrades.push_back({loss.pointer, loss.keyword, loss.action, loss.reason});
  }
}

}  // namespace

const schema::lower::Subset* SubsetOf(const ProviderRow& row, const ModelFamily& family) {
  return family.enforces ? schema::lower::FindSubset(row.enforcement) : nullptr;
}

const schema::LoweredSchema* LoweredForTools(
    const ProviderRow& row, const schema::PreparedSchema& schema
) {
  const schema::lower::Subset* tools = schema::lower::FindSubset(row.tool_enforcement);
  return tools == nullptr ? nullptr : &schema.Lower(*tools);
}

const schema::LoweredSchema* Usable(const schema::LoweredSchema* lowered) {
  return lowered == nullptr || lowered->lowered.obstacle.has_value() ? nullptr : lowered;
}

bool NeedsObjectRoot(const ModeTraits& mode, const ProviderRow& row) {
  return mode.object_root_only || (mode.provider_enforces && row.object_root_only);
}

bool NeedsWrapper(
    const ModeTraits& mode,
    const ProviderRow& row,
    const schema::PreparedSchema& schema,
    const schema::LoweredSchema* lowered
) {
  const bool wrapped =
      lowered != nullptr && mode.provider_enforces && lowered->lowered.object_root();
  return NeedsObjectRoot(mode, row) && !schema.object_root && !wrapped;
}

absl::Status UnsupportedSchema(
    const ProviderRow& row, const Obstacle& obstacle, std::string_view what
) {
  return MakeError(
      {.reason = Reason::kSchemaUnsupportedByProvider,
       .metadata =
           {{"provider", row.name}, {"pointer", obstacle.pointer}, {"keyword", obstacle.keyword}}},
      fmt::format("{}: at '{}': {}", what, obstacle.pointer, obstacle.reason)
  );
}

absl::StatusOr<bool> ChooseStrictness(const schema::LoweredSchema* lowered, Plan& plan) {
  if (plan.provider_strict == ProviderStrict::kOff) return false;
  const std::optional<Obstacle> obstacle = EnforcementObstacle(plan, lowered);
  if (!obstacle.has_value()) {
    AddDowngrades(lowered->lowered.downgrades, plan);
    return true;
  }
  if (plan.provider_strict == ProviderStrict::kRequired) {
    return UnsupportedSchema(
        *plan.handler->row, *obstacle, "the provider cannot enforce this schema"
    );
  }
  if (lowered != nullptr && lowered->lowered.obstacle == obstacle) {
    plan.downgrades.push_back({
        .schema_path = obstacle->pointer,
        .keyword = obstacle->keyword,
        .action = "not enforced by the provider",
        .reason = obstacle->reason,
    });
  }
  return false;
}

}  // namespace extractd
