// Settings that a model does not take: left out with a warning, or refused, as the caller says.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_SETTINGS_CHECK_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_SETTINGS_CHECK_H_

#include <string>

#include <absl/status/status.h>

#include "server/engine/plan.h"

namespace extractd {

// Of a plan whose request is complete. kSettingNotSupported.
absl::Status CheckSettings(Plan& plan);

// kInvalidRequest: not a JSON object, and not empty.
absl::Status CheckProviderOptions(const std::string& options);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_SETTINGS_CHECK_H_
