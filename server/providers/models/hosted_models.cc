// What providers that serve many vendors' models say of some of them. Sources and dates:
// docs/providers/.
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

constexpr const char* kReasoningOff = R"({"reasoning":{"enabled":false}})";
constexpr const char* kReasoningOn = R"({"reasoning":{"enabled":true}})";
constexpr const char* kEffortInObject = R"({"reasoning":{"effort":"${effort}"}})";

std::vector<ModelFamily> OpenRouterModels() {
  std::vector<ModelFamily> all;
  // They always think, and refuse to be forced then.
  for (const auto* prefix :
       {"anthropic/claude-opus-5.5",
        "anthropic/claude-fable-5.1",
        "anthropic/claude-mythos-5.1",
        "moonshotai/kimi"}) {
    all.push_back({
        .provider = "openrouter",
        .prefix = prefix,
        .forced_tool = false,
        .effort_form = kEffortInObject,
    });
  }
  all.push_back({.provider = "openrouter", .prefix = "", .effort_form = kEffortInObject});
  all.push_back({
      .provider = "openrouter",
      .prefix = "deepseek/deepseek-v4",
      .reasons = true,
      .reasoning_off = kReasoningOff,
      .tools_need_reasoning_off = true,
      .effort_form = kEffortInObject,
  });
  return all;
}

// Hybrid models think unless told not to; how much can't be said.
std::vector<ModelFamily> TogetherModels() {
  std::vector<ModelFamily> all;
  for (const auto* prefix : {"zai-org/GLM", "Qwen/Qwen3", "moonshotai/Kimi"}) {
    all.push_back({
        .provider = "together",
        .prefix = prefix,
        .reasoning_off = kReasoningOff,
        .efforts = {"", "on", "on", "on"},
        .effort_form = kReasoningOn,
    });
  }
  all.push_back({
      .provider = "together",
      .prefix = "deepseek-ai/DeepSeek-V4",
      .reasons = true,
      .reasoning_off = kReasoningOff,
      .tools_need_reasoning_off = true,
      .efforts = {"", "high", "high", "high"},
      .effort_form = R"({"reasoning":{"enabled":true},"reasoning_effort":"${effort}"})",
  });
  all.push_back({
      .provider = "together",
      .prefix = "openai/gpt-oss-",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .forced_tool = false,
      .reasons = true,
      .efforts = {"low", "low", "medium", "high"},
  });
  return all;
}

std::vector<ModelFamily> OtherHostedModels() {
  return {
      // Groq enforces schemas for two models alone.
      {.provider = "groq",
       .prefix = "",
       .enforces = false,
       .refuses = {"reasoning_effort", "thinking_budget_tokens"}},
      {.provider = "groq",
       .prefix = "openai/gpt-oss-",
       .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
       .reasons = true,
       .body = R"({"include_reasoning":false})",
       .efforts = {"low", "low", "medium", "high"},
       .thinking_shown = R"({"include_reasoning":true})"},
      {.provider = "groq",
       .prefix = "qwen/",
       .enforces = false,
       .body = R"({"reasoning_format":"hidden"})",
       .efforts = {"none", "default", "default", "default"},
       .thinking_shown = R"({"reasoning_format":"parsed"})"},
      {.provider = "groq",
       .prefix = "qwen/qwen3.8-27b",
       .enforces = false,
       .body = R"({"reasoning_format":"hidden"})",
       .thinking_shown = R"({"reasoning_format":"parsed"})"},
      {.provider = "cerebras",
       .prefix = "gpt-oss-",
       .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
       .forced_tool = false,
       .reasons = true,
       .efforts = {"low", "low", "medium", "high"}},
      {.provider = "cerebras", .prefix = "qwen-3-coder", .forced_tool = false},
      {.provider = "cerebras", .prefix = "zai-glm-5", .efforts = {"low", "low", "high", "high"}},
      {.provider = "cerebras", .prefix = "kimi-k3", .efforts = {"low", "low", "high", "high"}},
      {.provider = "fireworks",
       .prefix = "accounts/fireworks/models/gpt-oss-",
       .reasons = true,
       .efforts = {"low", "low", "medium", "high"}},
      // Schemas for Claude exclude tools and streams; tools stand first.
      {.provider = "databricks",
       .prefix = "databricks-claude",
       .modes = {"TOOLS", "JSON_SCHEMA", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
       .streams_schemas = false},
      {.provider = "databricks",
       .prefix = "databricks-claude-opus-5-5",
       .modes = {"JSON_SCHEMA", "TOOLS", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
       .forced_tool = false,
       .streams_schemas = false},
  };
}

void Append(std::vector<ModelFamily> from, std::vector<ModelFamily>& to) {
  to.insert(to.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
}

}  // namespace

std::vector<ModelFamily> HostedModels() {
  std::vector<ModelFamily> all = OpenRouterModels();
  Append(TogetherModels(), all);
  Append(OtherHostedModels(), all);
  return all;
}

}  // namespace extractd::providers
