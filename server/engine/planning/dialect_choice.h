// Which of a provider's two protocols a call is put in.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_DIALECT_CHOICE_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_DIALECT_CHOICE_H_

#include "server/engine/plan.h"

namespace extractd {

// Gives `plan` the second protocol of its provider where the first does not take what is asked of
// the model. REQUIRES: the request is whole, handler and family are chosen.
void ChooseDialect(Plan& plan);

bool UsesSecondDialect(const Plan& plan);

// The model will not think: tools that must be called switch it off, in the first protocol.
bool IsReasoningOff(const Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_DIALECT_CHOICE_H_
