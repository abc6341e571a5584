// Which mode a call is asked in: the one that it names, or the best that the model has for it.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_MODE_CHOICE_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_MODE_CHOICE_H_

#include <string>

#include <absl/status/statusor.h>

#include "server/engine/call.h"
#include "server/engine/plan.h"
#include "server/registry/provider_row.h"
#include "server/registry/registry.h"
#include "server/schema/prepared_schema.h"

namespace extractd {

// All outlive the choice.
struct ModeQuestion {
  const ExtractCall& call;
  const ProviderRow& row;
  Registry& registry;
  // What the provider would get where it enforces; null: it enforces nothing.
  const schema::LoweredSchema* lowered = nullptr;
  // What it would get as the schema of a tool; null: tools have no rules of their own.
  const schema::LoweredSchema* lowered_tool = nullptr;
};

// The mode's name. Warnings and downgrades go to the plan, whose family and learned facts count.
// kModeNotSupported, kInvalidRequest.
absl::StatusOr<std::string> ChooseMode(const ModeQuestion& question, Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_MODE_CHOICE_H_
