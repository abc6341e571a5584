// Cohere's models. Sources and dates: docs/providers/cohere.md.
#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

constexpr std::string_view kThinkingOff = R"({"thinking":{"type":"disabled"}})";

}  // namespace

std::vector<ModelFamily> CohereModels() {
  return {
      {.provider = "cohere",
       .prefix = "command-a-plus",
       .reasons = true,
       .reasoning_off = std::string(kThinkingOff)},
      {.provider = "cohere",
       .prefix = "command-a-reasoning",
       .reasons = true,
       .reasoning_off = std::string(kThinkingOff),
       .no_media = {MediaKind::kImage}},
      {.provider = "cohere",
       .prefix = "command-a-vision",
       .modes = {"JSON_SCHEMA", "JSON", "MD_JSON"}},
      {.provider = "cohere", .prefix = "command-a-03", .no_media = {MediaKind::kImage}},
      {.provider = "cohere", .prefix = "command-r7b", .no_media = {MediaKind::kImage}},
      // From before a call of a tool could be forced.
      {.provider = "cohere",
       .prefix = "command-r-",
       .forced_tool = false,
       .no_media = {MediaKind::kImage}},
  };
}

}  // namespace extractd::providers
