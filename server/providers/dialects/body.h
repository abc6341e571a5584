// What the dialects' bodies have in common.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// The members of `base` and those of `patch`, which win; both JSON objects as text, or empty.
// InvalidArgument: one of them is something else.
absl::StatusOr<std::string> MergeBodies(std::string base, std::string patch);

// `written`, which is what a dialect makes of `request`, over the bodies of row and family, and
// under what switches reasoning off or shows it and what the caller adds.
absl::StatusOr<std::string> CompleteBody(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    std::string written
);

// The model must not think: the caller says so, or tools that it must call don't allow it.
bool IsWithoutReasoning(const ModelFamily& model, const ChatRequest& request);

// What the model calls the effort that is asked for; empty: none is. A budget of tokens counts as
// the effort that spends about as much.
std::string_view EffortWord(const ModelFamily& model, const Generation& generation);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_H_
