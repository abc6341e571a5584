// What a refusal says about the model: one table of words for all providers, since each has its own
// words for the same few things. Their sources: docs/errors.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BELIEFS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BELIEFS_H_

#include "server/chat/upstream.h"

namespace extractd::providers {

// Sets wrong_belief and refused_parameter of a failed send from its message, where a status of 400,
// 404 or 422 says that something of the request is not taken. Anything else is left as it is.
void ReadWrongBelief(int http_status, SendResult& result);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BELIEFS_H_
