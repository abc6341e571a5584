// Models of vendors that serve them over an OpenAI-like API of their own. Sources and dates:
// docs/providers/.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

ModelFamily Grok(std::string_view prefix, std::vector<std::string> efforts) {
  return {
      .provider = "xai",
      .prefix = std::string(prefix),
      .reasons = true,
      .efforts = std::move(efforts),
      .refuses = {"stop"},
  };
}

// GLM thinks unless told not to; the newer ones are told how much.
constexpr const char* kGlmThinks = R"({"thinking":{"type":"enabled","clear_thinking":false}})";
constexpr const char* kGlmEffort =
    R"({"thinking":{"type":"enabled","clear_thinking":false},"reasoning_effort":"${effort}"})";

ModelFamily Glm(
    std::string_view prefix, std::vector<std::string> efforts, std::string_view effort_form
) {
  return {
      .provider = "zai",
      .prefix = std::string(prefix),
      .reasons = true,
      .reasoning_off = R"({"thinking":{"type":"disabled"}})",
      .efforts = std::move(efforts),
      .effort_form = std::string(effort_form),
  };
}

}  // namespace

std::vector<ModelFamily> VendorModels() {
  return {
      Grok("grok-4.3", {"none", "low", "medium", "high"}),
      Grok("grok-latest", {"none", "low", "medium", "high"}),
      Grok("grok-4", {"low", "low", "medium", "high"}),
      // Two names, one that thinks and one that does not; neither takes a setting.
      {.provider = "xai",
       .prefix = "grok-4.20",
       .refuses = {"stop", "reasoning_effort", "thinking_budget_tokens"}},
      // DeepSeek refuses a forced tool while it thinks, which it does unless told not to.
      {.provider = "deepseek",
       .prefix = "deepseek-",
       .reasons = true,
       .reasoning_off = R"({"thinking":{"type":"disabled"}})",
       .tools_need_reasoning_off = true,
       .efforts = {"", "low", "high", "high"},
       .effort_form = R"({"thinking":{"type":"enabled"},"reasoning_effort":"${effort}"})"},
      {.provider = "mistral", .prefix = "", .efforts = {"none", "high", "high", "high"}},
      {.provider = "mistral",
       .prefix = "magistral",
       .body = R"({"prompt_mode":"reasoning"})",
       .refuses = {"reasoning_effort", "thinking_budget_tokens"}},
      {.provider = "perplexity",
       .prefix = "",
       .refuses = {"reasoning_effort", "thinking_budget_tokens"}},
      {.provider = "perplexity",
       .prefix = "sonar-deep-research",
       .reasons = true,
       .efforts = {"minimal", "low", "medium", "high"}},
      {.provider = "writer", .prefix = "palmyra-x4", .no_media = {MediaKind::kImage}},
      Glm("glm-", {"", "on", "on", "on"}, kGlmThinks),
      Glm("glm-5.2", {"", "high", "high", "high"}, kGlmEffort),
      Glm("glm-5.3", {"", "low", "high", "high"}, kGlmEffort),
  };
}

}  // namespace extractd::providers
