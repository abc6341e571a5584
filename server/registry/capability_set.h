// Capabilities: what a provider, or one of its models, can beyond text in and text out; and sets of
// them.
#ifndef EXTRACTD_SERVER_REGISTRY_CAPABILITY_SET_H_
#define EXTRACTD_SERVER_REGISTRY_CAPABILITY_SET_H_

#include <cstdint>
#include <initializer_list>

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

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_CAPABILITY_SET_H_
