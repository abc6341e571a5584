#include "server/registry/capability.h"

#include <algorithm>
#include <array>

#include "server/modes/mode_handler.h"

namespace extractd {
namespace {

constexpr std::array kMediaKinds = {MediaKind::kImage, MediaKind::kAudio, MediaKind::kDocument};

bool Takes(const ProviderRow& row, MediaKind kind) {
  return row.media.has_value() &&
         std::ranges::find(*row.media, kind, &MediaRule::kind) != row.media->end();
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

// What a model may do for all that its provider's row says.
CapabilitySet OfAnyModel(const ProviderRow& row) {
  CapabilitySet set;
  for (const MediaKind kind : kMediaKinds) {
    if (Takes(row, kind)) set.Add(CapabilityFor(kind));
  }
  if (Lists(row.modes, mode_names::kParallelTools)) set.Add(Capability::kParallelTools);
  return set;
}

bool MayTake(const ProviderRow& row, const ModelFamily& family, MediaKind kind) {
  const bool refused = std::ranges::find(family.no_media, kind) != family.no_media.end();
  return !refused && (!row.media.has_value() || Takes(row, kind));
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
  set |= OfAnyModel(row);
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
  if (family.reasons) set.Add(Capability::kReasoning);
  set |= known != nullptr ? known->capabilities : OfAnyModel(row);
  const std::vector<std::string>& modes = family.modes.empty() ? row.modes : family.modes;
  if (!Lists(modes, mode_names::kParallelTools)) set.Remove(Capability::kParallelTools);
  for (const MediaKind kind : kMediaKinds) {
    if (!MayTake(row, family, kind)) set.Remove(CapabilityFor(kind));
  }
  return set;
}

}  // namespace extractd
