#include "server/registry/capability.h"

#include <algorithm>
#include <array>

#include "server/modes/mode_handler.h"

namespace extractd {
namespace {

constexpr std::array kMediaKinds = {MediaKind::kImage, MediaKind::kAudio, MediaKind::kDocument};

bool Takes(const ProviderRow& row, MediaKind kind) {
  return row.media.has_value() && std::ranges::find(*row.media, kind, &MediaRule::kind) !=
                                      row.media->end();
}

bool Lists(const std::vector<std::string>& modes, std::string_view mode) {
  return std::ranges::find(modes, mode) != modes.end();
}

// What the way of asking gives, whichever the model.
CapabilitySet OfTheProtocol(const ProviderRow& row, const Dialect& dialect) {
  CapabilitySet set;
  if (dialect.NewStreamDecoder() != nullptr) set.Add(Capability::kStreaming);
  if (!row.enforcement.empty()) set.Add(Capability::kStrict);
  return set;
}

}  // namespace

Capability CapabilityFor(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return Capability::kVision;
    case MediaKind::kAudio:
      return Capability::kAudio;
    case MediaKind::kDocument:
      return Capability::kDocuments;
  }
  return Capability::kDocuments;
}

CapabilitySet CapabilitiesOf(
    const ProviderRow& row, const Dialect& dialect, std::span<const KnownModel> known
) {
  CapabilitySet set = OfTheProtocol(row, dialect);
  for (const MediaKind kind : kMediaKinds) {
    if (Takes(row, kind)) set.Add(CapabilityFor(kind));
  }
  if (Lists(row.modes, mode_names::kParallelTools)) set.Add(Capability::kParallelTools);
  for (const KnownModel& model : known) {
    for (const Capability some : {Capability::kReasoning, Capability::kPromptCache}) {
      if (model.capabilities.Has(some)) set.Add(some);
    }
  }
  return set;
}

CapabilitySet CapabilitiesOf(
    const ProviderRow& row,
    const Dialect& dialect,
    const ModelFamily& family,
    const KnownModel* known
) {
  CapabilitySet set = OfTheProtocol(row, dialect);
  if (!family.enforces) set.Remove(Capability::kStrict);
  const std::vector<std::string>& modes = family.modes.empty() ? row.modes : family.modes;
  const bool calls_several = Lists(modes, mode_names::kParallelTools);
  if (known != nullptr) set |= known->capabilities;
  if (known == nullptr && calls_several) set.Add(Capability::kParallelTools);
  if (!calls_several) set.Remove(Capability::kParallelTools);
  if (family.reasons) set.Add(Capability::kReasoning);
  for (const MediaKind kind : kMediaKinds) {
    const Capability capability = CapabilityFor(kind);
    const bool refused = std::ranges::find(family.no_media, kind) != family.no_media.end();
    if (known == nullptr && Takes(row, kind)) set.Add(capability);
    if (refused || (row.media.has_value() && !Takes(row, kind))) set.Remove(capability);
  }
  return set;
}

}  // namespace extractd
