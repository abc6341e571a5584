#include "server/service/catalog/catalog_pages.h"

#include <array>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/registry/mode_names.h"
#include "server/service/extraction/extract_request.h"

namespace extractd {
namespace {

constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;

struct CapabilityNumber {
  v1::Capability number;
  Capability capability;
};
constexpr std::array kCapabilities = {
    CapabilityNumber{v1::CAPABILITY_STREAMING, Capability::kStreaming},
    CapabilityNumber{v1::CAPABILITY_VISION, Capability::kVision},
    CapabilityNumber{v1::CAPABILITY_AUDIO, Capability::kAudio},
    CapabilityNumber{v1::CAPABILITY_DOCUMENTS, Capability::kDocuments},
    CapabilityNumber{v1::CAPABILITY_REASONING, Capability::kReasoning},
    CapabilityNumber{v1::CAPABILITY_STRICT, Capability::kStrict},
    CapabilityNumber{v1::CAPABILITY_PARALLEL_TOOLS, Capability::kParallelTools},
    CapabilityNumber{v1::CAPABILITY_PROMPT_CACHE, Capability::kPromptCache},
};

}  // namespace

absl::StatusOr<size_t> PageSize(std::int32_t asked) {
  if (asked < 0 || asked > kMaxPageSize) {
    return InvalidRequest({{"page_size", "must be 0…1000"}});
  }
  return static_cast<size_t>(asked == 0 ? kDefaultPageSize : asked);
}

absl::StatusOr<std::string> ModeFilter(const std::string& name, const SharedState& shared) {
  if (name.empty()) return name;
  ASSIGN_OR_RETURN(
      const NormalizedMode named, NormalizeModeName(name, "", shared.registry.Providers())
  );
  return named.mode;
}

absl::StatusOr<CapabilitySet> CapabilityFilter(const google::protobuf::RepeatedField<int>& asked) {
  CapabilitySet set;
  for (int i = 0; i < asked.size(); ++i) {
    const auto number = static_cast<v1::Capability>(asked[i]);
    const auto* known = std::ranges::find(kCapabilities, number, &CapabilityNumber::number);
    if (known == kCapabilities.end()) {
      return InvalidRequest({{fmt::format("capabilities[{}]", i), "must be a capability"}});
    }
    set.Add(known->capability);
  }
  return set;
}

std::vector<v1::Capability> ToNumbers(CapabilitySet set) {
  std::vector<v1::Capability> numbers;
  for (const CapabilityNumber& known : kCapabilities) {
    if (set.Has(known.capability)) numbers.push_back(known.number);
  }
  return numbers;
}

}  // namespace extractd
