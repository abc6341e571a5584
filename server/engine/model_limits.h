// What a model does not take, of settings and of protocols.
#ifndef EXTRACTD_SERVER_ENGINE_MODEL_LIMITS_H_
#define EXTRACTD_SERVER_ENGINE_MODEL_LIMITS_H_

#include <absl/status/status.h>

#include "server/engine/plan.h"

namespace extractd {

// Gives `plan` the second protocol of its provider where the first does not take what is asked of
// the model. REQUIRES: the request is whole, handler and family are chosen.
void ChooseDialect(Plan& plan);

// The model will not think: tools that must be called switch it off, in the first protocol.
bool IsReasoningOff(const Plan& plan);

// Leaves out settings that rows say are not taken, with a warning. kSettingNotSupported: the caller
// wants that to fail. REQUIRES: ChooseDialect was called.
absl::Status DropRefusedSettings(Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_MODEL_LIMITS_H_
