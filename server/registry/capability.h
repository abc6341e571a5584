// What a provider, or one of its models, can beyond text in and text out.
#ifndef EXTRACTD_SERVER_REGISTRY_CAPABILITY_H_
#define EXTRACTD_SERVER_REGISTRY_CAPABILITY_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "server/chat/chat.h"
#include "server/registry/capability_set.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd {

// A model that somebody looked up. What it is not said to have it may have all the same.
struct KnownModel {
  std::string_view provider = {};
  std::string_view model = {};
  std::int64_t max_input_tokens = 0;   // 0: unknown
  std::int64_t max_output_tokens = 0;  // 0: unknown
  CapabilitySet capabilities = {};     // of kVision … kReasoning, kParallelTools, kPromptCache
};

Capability CapabilityFor(MediaKind kind);

// What the provider's API can, with whichever of its models. `known`: its own models.
CapabilitySet CapabilitiesOf(
    const ProviderRow& row, const Dialect& dialect, std::span<const KnownModel> known
);

// What a model can of what its provider can. `known`: null if nobody looked it up; then it may do
// what the provider does unless its family says otherwise, but nobody says that it reasons.
CapabilitySet CapabilitiesOf(
    const ProviderRow& row,
    const Dialect& dialect,
    const ModelFamily& family,
    const KnownModel* known
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_CAPABILITY_H_
