// Google's models, in the Gemini API and on Vertex AI. Sources and dates: docs/providers/google.md.
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

using Efforts = std::array<std::string_view, 4>;

// What Google's own OpenAI-compatible API makes of the efforts.
constexpr Efforts kBudgets = {"0", "1024", "8192", "24576"};
// Cannot be told not to think.
constexpr Efforts kBudgetsOfPro = {"128", "1024", "8192", "24576"};
constexpr Efforts kNoThinking = {};
constexpr Efforts kLevels = {"MINIMAL", "LOW", "MEDIUM", "HIGH"};
constexpr Efforts kLevelsFromLow = {"LOW", "LOW", "MEDIUM", "HIGH"};
constexpr Efforts kLowAndHigh = {"LOW", "LOW", "HIGH", "HIGH"};

ModelFamily Family(std::string_view provider, std::string_view prefix, const Efforts& efforts) {
  return {
      .provider = std::string(provider),
      .prefix = std::string(prefix),
      .reasons = !efforts.back().empty(),
      .efforts = {efforts.begin(), efforts.end()},
  };
}

std::vector<ModelFamily> ModelsAt(std::string_view provider) {
  return {
      Family(provider, "gemini-", kLevelsFromLow),
      Family(provider, "gemini-1", kNoThinking),
      Family(provider, "gemini-2.0", kNoThinking),
      Family(provider, "gemini-2.5", kBudgets),
      Family(provider, "gemini-2.5-pro", kBudgetsOfPro),
      Family(provider, "gemini-3-flash", kLevels),
      Family(provider, "gemini-3-pro", kLowAndHigh),
      Family(provider, "gemini-3.1-flash", kLevels),
      Family(provider, "gemini-3.5-flash", kLevels),
  };
}

}  // namespace

std::vector<ModelFamily> GoogleModels() {
  std::vector<ModelFamily> models = ModelsAt("google");
  std::vector<ModelFamily> on_vertex = ModelsAt("vertexai");
  models.insert(
      models.end(),
      std::make_move_iterator(on_vertex.begin()),
      std::make_move_iterator(on_vertex.end())
  );
  return models;
}

}  // namespace extractd::providers
