// How much a model shall think: each maker's models are told in members of their own, which their
// family's effort_form says.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_REASONING_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_REASONING_H_

#include <string>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::bedrock_converse {

// An effort other than none, or a budget.
bool ReasoningIsAsked(const Generation& generation);

// JSON object of the members that say it; empty: there is nothing to say.
std::string ReasoningMembers(const ModelFamily& model, const Generation& generation);

}  // namespace extractd::providers::bedrock_converse

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_REASONING_H_
