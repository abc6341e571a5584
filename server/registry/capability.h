// Capabilities: what a provider, or one of its models, can beyond text in and text out.
#ifndef EXTRACTD_SERVER_REGISTRY_CAPABILITY_H_
#define EXTRACTD_SERVER_REGISTRY_CAPABILITY_H_

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "server/chat/chat.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd {

enum class Capability : std::uint8_t {
  kStreaming,
  kVision,         // takes images
  kAudio,          // takes audio
  kDocuments,      // takes documents, as files or as text beside the prompt
  kReasoning,      // thinks before it answers
  kStrict,         // decodes under a schema
  kParallelTools,  // calls several tools in one answer
  kPromptCache,    // charges less for the beginning of a prompt that it has seen
};

// A set of them; a value.
class CapabilitySet {
 public:
  constexpr CapabilitySet() = default;
  constexpr CapabilitySet(std::initializer_list<Capability> members) {
    for (const Capability member : members) Add(member);
  }

  constexpr void Add(Capability member) { bits_ |= Bit(member); }
  constexpr void Remove(Capability member) { bits_ &= ~Bit(member); }
  constexpr bool Has(Capability member) const { return (bits_ & Bit(member)) != 0; }
  constexpr bool HasAll(CapabilitySet others) const {
    return (bits_ & others.bits_) == others.bits_;
  }
  constexpr CapabilitySet& operator|=(CapabilitySet others) {
    bits_ |= others.bits_;
    return *this;
  }
  friend constexpr bool operator==(CapabilitySet, CapabilitySet) = default;

 private:
  static constexpr std::uint32_t Bit(Capability member) {
    return std::uint32_t{1} << static_cast<unsigned>(member);
  }
  std::uint32_t bits_ = 0;
};

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
