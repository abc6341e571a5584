// What the dialects' bodies have in common.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BODY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// The word for a role in the protocols that have one for each.
std::string_view RoleName(Role role);

// How long a body will be, about: what is reserved before it is written.
size_t ExpectedBytes(const ChatRequest& request);

// `tools` as [{"type": "function", "function": {name, description, parameters}}].
void WriteFunctionTools(const std::vector<SchemaText>& tools, json::TextWriter& out);

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
