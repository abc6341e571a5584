#include "server/registry/mode_names.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"
#include "server/base/nearest.h"
#include "server/base/strings.h"
#include "server/modes/mode_handler.h"

namespace extractd {
namespace {

using namespace mode_names;  // NOLINT(google-build-using-namespace): constants of a table

constexpr std::array kCanonical = {
    kJson, kJsonSchema, kMdJson, kParallelTools, kReasoningTools, kResponsesTools, kTools
};

// A name that another tool gave to a mode. `value`: its serialised form there, where it differs
// from the name in lower case.
struct LegacyName {
  std::string_view name;
  std::string_view value;
  std::string_view mode;
  std::string_view provider;  // empty: any
};

constexpr std::array kLegacyNames = {
    LegacyName{"FUNCTIONS", "function_call", kTools, ""},
    LegacyName{"TOOLS", "tool_call", kTools, ""},
    LegacyName{"TOOLS_STRICT", "", kTools, ""},
    LegacyName{"PARALLEL_TOOLS", "parallel_tool_call", kParallelTools, ""},
    LegacyName{"JSON", "json_mode", kJson, ""},
    LegacyName{"JSON_O1", "", kJsonSchema, ""},
    LegacyName{"MD_JSON", "markdown_json_mode", kMdJson, ""},
    LegacyName{"JSON_SCHEMA", "json_schema_mode", kJsonSchema, ""},
    LegacyName{"RESPONSES_TOOLS", "", kResponsesTools, ""},
    LegacyName{"RESPONSES_TOOLS_WITH_INBUILT_TOOLS", "", kResponsesTools, ""},
    LegacyName{"XAI_JSON", "", kMdJson, "xai"},
    LegacyName{"XAI_TOOLS", "", kTools, "xai"},
    LegacyName{"ANTHROPIC_TOOLS", "", kTools, "anthropic"},
    LegacyName{"ANTHROPIC_REASONING_TOOLS", "", kTools, "anthropic"},
    LegacyName{"ANTHROPIC_JSON", "", kJson, "anthropic"},
    LegacyName{"ANTHROPIC_PARALLEL_TOOLS", "", kParallelTools, "anthropic"},
    LegacyName{"MISTRAL_TOOLS", "", kTools, "mistral"},
    LegacyName{"MISTRAL_STRUCTURED_OUTPUTS", "", kJsonSchema, "mistral"},
    LegacyName{"VERTEXAI_TOOLS", "", kTools, "vertexai"},
    LegacyName{"VERTEXAI_JSON", "", kMdJson, "vertexai"},
    LegacyName{"VERTEXAI_PARALLEL_TOOLS", "", kParallelTools, "vertexai"},
    LegacyName{"GEMINI_JSON", "", kMdJson, "google"},
    LegacyName{"GEMINI_TOOLS", "", kTools, "google"},
    LegacyName{"GENAI_TOOLS", "", kTools, "google"},
    LegacyName{"GENAI_JSON", "", kJson, "google"},
    LegacyName{"GENAI_STRUCTURED_OUTPUTS", "", kJson, "google"},
    LegacyName{"COHERE_TOOLS", "", kTools, "cohere"},
    LegacyName{"COHERE_JSON_SCHEMA", "json_object", kJsonSchema, "cohere"},
    LegacyName{"CEREBRAS_TOOLS", "", kTools, "cerebras"},
    LegacyName{"CEREBRAS_JSON", "", kMdJson, "cerebras"},
    LegacyName{"FIREWORKS_TOOLS", "", kTools, "fireworks"},
    LegacyName{"FIREWORKS_JSON", "", kMdJson, "fireworks"},
    LegacyName{"WRITER_TOOLS", "", kTools, "writer"},
    LegacyName{"WRITER_JSON", "", kMdJson, "writer"},
    LegacyName{"BEDROCK_TOOLS", "", kTools, "bedrock"},
    LegacyName{"BEDROCK_JSON", "", kMdJson, "bedrock"},
    LegacyName{"PERPLEXITY_JSON", "", kMdJson, "perplexity"},
    LegacyName{"OPENROUTER_STRUCTURED_OUTPUTS", "", kJsonSchema, "openrouter"},
};

struct ShortForm {
  std::string_view name;
  std::string_view mode;
};
constexpr std::array kShortForms = {
    ShortForm{"PARALLEL", kParallelTools},
    ShortForm{"STRUCTURED", kJsonSchema},
    ShortForm{"REASONING", kReasoningTools},
};

bool IsCanonical(std::string_view name) {
  const bool own = std::ranges::find(kCanonical, name) != kCanonical.end();
  return own || FindModeHandler(name) != nullptr;
}

std::optional<NormalizedMode> FindLegacy(std::string_view upper) {
  for (const LegacyName& legacy : kLegacyNames) {
    if (upper != legacy.name && upper != ToUpper(legacy.value)) continue;
    return NormalizedMode{std::string(legacy.mode), std::string(legacy.provider), true};
  }
  return std::nullopt;
}

// "<PROVIDER>_<MODE>" with a canonical mode or short form.
std::optional<NormalizedMode> FindPrefixed(
    std::string_view upper, std::span<const std::string> providers
) {
  for (const std::string& provider : providers) {
    const std::string prefix = ToUpper(provider) + "_";
    if (!upper.starts_with(prefix)) continue;
    const std::string_view mode = upper.substr(prefix.size());
    if (IsCanonical(mode)) return NormalizedMode{std::string(mode), provider, true};
  }
  return std::nullopt;
}

std::optional<NormalizedMode> FindAny(
    std::string_view upper, std::span<const std::string> providers
) {
  if (IsCanonical(upper)) return NormalizedMode{.mode = std::string(upper)};
  const auto* short_form = std::ranges::find(kShortForms, upper, &ShortForm::name);
  if (short_form != kShortForms.end()) return NormalizedMode{.mode = std::string(short_form->mode)};
  if (std::optional<NormalizedMode> legacy = FindLegacy(upper)) return legacy;
  return FindPrefixed(upper, providers);
}

absl::Status Unknown(std::string_view name) {
  std::vector<std::string> known(kCanonical.begin(), kCanonical.end());
  for (const ModeHandler* mode : AllModes()) {
    const std::string_view other = mode->traits().name;
    if (std::ranges::find(known, other) == known.end()) known.emplace_back(other);
  }
  const std::string nearest = NearestName(name, known);
  const std::string hint = nearest.empty() ? fmt::format("modes are {}", fmt::join(known, ", "))
                                           : fmt::format("did you mean '{}'?", nearest);
  const std::string problem = fmt::format("no mode has the name '{}'; {}", name, hint);
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{"mode_name", problem}}}, problem
  );
}

absl::Status OtherProvider(
    std::string_view name, std::string_view owner, std::string_view provider
) {
  const std::string problem = fmt::format(
      "mode '{}' belongs to provider '{}', the request names provider '{}'", name, owner, provider
  );
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{"mode_name", problem}}}, problem
  );
}

constexpr size_t kMaxNameBytes = 64;

}  // namespace

absl::StatusOr<NormalizedMode> NormalizeModeName(
    std::string_view name, std::string_view provider, std::span<const std::string> providers
) {
  const std::string upper = ToUpper(name.substr(0, kMaxNameBytes + 1));
  std::optional<NormalizedMode> found;
  if (!upper.empty() && upper.size() <= kMaxNameBytes) found = FindAny(upper, providers);
  if (!found.has_value()) return Unknown(name.substr(0, kMaxNameBytes));
  if (!provider.empty() && !found->provider.empty() && found->provider != provider) {
    return OtherProvider(upper, found->provider, provider);
  }
  return *std::move(found);
}

std::span<const std::string_view> CanonicalModes() {
  return kCanonical;
}

std::vector<std::string> LegacyNamesOf(std::string_view mode) {
  std::vector<std::string> names;
  for (const LegacyName& legacy : kLegacyNames) {
    if (legacy.mode != mode) continue;
    if (legacy.name != mode) names.emplace_back(legacy.name);
    if (!legacy.value.empty()) names.emplace_back(legacy.value);
  }
  return names;
}

}  // namespace extractd
