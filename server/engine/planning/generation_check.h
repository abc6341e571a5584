// Which settings of `generation` a model does not take, and what becomes of them.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_GENERATION_CHECK_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_GENERATION_CHECK_H_

#include <string>

#include <absl/status/status.h>

#include "server/engine/plan.h"

namespace extractd {

// Leaves out of `plan.request.generation` what provider and model do not take, each with a warning.
// kSettingNotSupported (metadata: field, model): `plan.on_unsupported` says that it shall fail.
// REQUIRES: the mode has shaped the request, and its dialect is chosen.
absl::Status CheckGeneration(Plan& plan);

// kInvalidRequest: `options`, the call's provider options, are neither empty nor a JSON object.
absl::Status CheckProviderOptions(const std::string& options);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_GENERATION_CHECK_H_
