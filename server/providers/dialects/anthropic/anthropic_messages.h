// anthropic_messages: the Messages protocol of Anthropic, which other hosts of Claude speak, too.
// Where they differ is a fact of their rows: a version in a header or in `body`, the model in the
// body or, as `{model}`, in the path. Wire facts with their sources: docs/providers/anthropic.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ANTHROPIC_MESSAGES_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ANTHROPIC_MESSAGES_H_

#include "server/registry/dialect.h"

namespace extractd::providers {

const Dialect& AnthropicMessages();

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ANTHROPIC_MESSAGES_H_
