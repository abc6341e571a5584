#include "server/providers/telemetry_name.h"

#include <algorithm>
#include <array>

namespace extractd::providers {
namespace {

struct OtherName {
  std::string_view ours;
  std::string_view theirs;
};
constexpr std::array kOtherNames = {
    OtherName{"azure", "azure.ai.openai"},
    OtherName{"bedrock", "aws.bedrock"},
    OtherName{"google", "gcp.gemini"},
    OtherName{"mistral", "mistral_ai"},
    OtherName{"vertexai", "gcp.vertex_ai"},
    OtherName{"vertexai-anthropic", "gcp.vertex_ai"},
    OtherName{"xai", "x_ai"},
};

}  // namespace

std::string_view TelemetryName(std::string_view provider) {
  const auto* other = std::ranges::find(kOtherNames, provider, &OtherName::ours);
  return other == kOtherNames.end() ? provider : other->theirs;
}

}  // namespace extractd::providers
