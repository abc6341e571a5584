// The models of Amazon Bedrock. Their ids begin with their maker; a prefix before it says in which
// regions a model may run. Sources and dates: docs/providers/bedrock.md.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

constexpr std::array<std::string_view, 10> kRegionPrefixes = {
    "", "us.", "eu.", "apac.", "jp.", "au.", "ca.", "in.", "us-gov.", "global."
};

constexpr std::string_view kClaudeEffort =
    R"({"additionalModelRequestFields":)"
    R"({"thinking":{"type":"adaptive"},"output_config":{"effort":"${effort}"}}})";
constexpr std::string_view kClaudeBudget =
    R"({"additionalModelRequestFields":)"
    R"({"thinking":{"type":"enabled","budget_tokens":${effort}}}})";
constexpr std::string_view kClaudeOff =
    R"({"additionalModelRequestFields":{"thinking":{"type":"disabled"}}})";
constexpr std::string_view kNovaEffort =
    R"({"additionalModelRequestFields":)"
    R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"${effort}"}}})";
constexpr std::string_view kNovaOff =
    R"({"additionalModelRequestFields":{"reasoningConfig":{"type":"disabled"}}})";
constexpr std::string_view kQwenEffort =
    R"({"additionalModelRequestFields":{"reasoning_config":"${effort}"}})";
constexpr std::string_view kOpenEffort =
    R"({"additionalModelRequestFields":{"reasoning_effort":"${effort}"}})";

// Takes tools, not forced ones, and schemas in words only: what is true of every model that takes
// tools at all.
ModelFamily Plain(std::string_view prefix) {
  return {
      .prefix = std::string(prefix),
      .modes = {"TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .forced_tool = false,
      .enforces = false,
  };
}

// … and can be forced to call a tool.
ModelFamily Forced(std::string_view prefix) {
  ModelFamily family = Plain(prefix);
  family.forced_tool = true;
  return family;
}

// … and decodes under a schema.
ModelFamily Enforcing(std::string_view prefix) {
  return {.prefix = std::string(prefix)};
}

// Decodes under a schema, but cannot be forced to call a tool.
ModelFamily FreeEnforcing(std::string_view prefix) {
  return {
      .prefix = std::string(prefix),
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .forced_tool = false,
  };
}

ModelFamily Thinking(ModelFamily family, std::string_view form, std::string_view off = {}) {
  family.effort_form = form;
  family.reasoning_off = off;
  family.sampling_while_reasoning = false;
  return family;
}

// Thinks within a budget of tokens; smaller ones than the first are refused.
ModelFamily Budgeted(ModelFamily family) {
  family = Thinking(std::move(family), kClaudeBudget);
  family.efforts = {"", "1024", "4096", "16384"};
  return family;
}

// Thinks unless told not to, or whatever it is told, and takes no sampling parameters at all.
ModelFamily AlwaysThinking(ModelFamily family, std::string_view off = {}) {
  family = Thinking(std::move(family), kClaudeEffort, off);
  family.reasons = true;
  family.refuses = {"temperature", "top_p"};
  return family;
}

std::vector<ModelFamily> Claude() {
  return {
      Forced("anthropic.claude-"),
      Budgeted(Forced("anthropic.claude-3-7")),
      Budgeted(Forced("anthropic.claude-sonnet-4-")),
      Budgeted(Forced("anthropic.claude-opus-4-")),
      Budgeted(Enforcing("anthropic.claude-opus-4-1")),
      Budgeted(Enforcing("anthropic.claude-opus-4-5")),
      Budgeted(Enforcing("anthropic.claude-sonnet-4-5")),
      Budgeted(Enforcing("anthropic.claude-haiku-4-5")),
      Thinking(Enforcing("anthropic.claude-opus-4-6"), kClaudeEffort, kClaudeOff),
      Thinking(Enforcing("anthropic.claude-sonnet-4-6"), kClaudeEffort, kClaudeOff),
      AlwaysThinking(Enforcing("anthropic.claude-opus-4-7"), kClaudeOff),
      AlwaysThinking(Enforcing("anthropic.claude-opus-4-8"), kClaudeOff),
      AlwaysThinking(Enforcing("anthropic.claude-opus-5"), kClaudeOff),
      AlwaysThinking(Enforcing("anthropic.claude-sonnet-5"), kClaudeOff),
      AlwaysThinking(Enforcing("anthropic.claude-haiku-5-5"), kClaudeOff),
      AlwaysThinking(Enforcing("anthropic.claude-fable-5")),
      AlwaysThinking(Enforcing("anthropic.claude-mythos-5")),
      AlwaysThinking(FreeEnforcing("anthropic.claude-fable-5-1")),
      AlwaysThinking(FreeEnforcing("anthropic.claude-fable-5-2")),
      AlwaysThinking(FreeEnforcing("anthropic.claude-mythos-5-1")),
      AlwaysThinking(FreeEnforcing("anthropic.claude-mythos-5-2")),
      AlwaysThinking(FreeEnforcing("anthropic.claude-opus-5-5")),
      AlwaysThinking(FreeEnforcing("anthropic.claude-sonnet-5-5")),
  };
}

std::vector<ModelFamily> Others() {
  ModelFamily deepseek = Thinking(Plain("deepseek."), kOpenEffort);
  deepseek.efforts = {"", "high", "high", "high"};  // it knows no other
  return {
      Plain(""),
      Forced("amazon.nova-"),
      Thinking(Forced("amazon.nova-2-"), kNovaEffort, kNovaOff),
      deepseek,
      FreeEnforcing("google.gemma-3-12b"),
      FreeEnforcing("google.gemma-3-27b"),
      FreeEnforcing("minimax.minimax-m2"),
      FreeEnforcing("mistral.magistral-small"),
      FreeEnforcing("mistral.ministral-3"),
      FreeEnforcing("mistral.mistral-large-3"),
      FreeEnforcing("mistral.voxtral"),
      Enforcing("moonshot."),
      Enforcing("moonshotai."),
      FreeEnforcing("nvidia.nemotron-nano"),
      Thinking(Plain("openai.gpt-oss-"), kOpenEffort),
      Thinking(FreeEnforcing("qwen.qwen3"), kQwenEffort),
      Forced("xai.grok"),
      Enforcing("zai.glm"),
  };
}

}  // namespace

std::vector<ModelFamily> BedrockModels() {
  std::vector<ModelFamily> all;
  for (const std::vector<ModelFamily>& group : {Claude(), Others()}) {
    for (const ModelFamily& family : group) {
      for (const std::string_view region : kRegionPrefixes) {
        all.push_back(family);
        all.back().provider = "bedrock";
        all.back().prefix = std::string(region) + family.prefix;
      }
    }
  }
  return all;
}

}  // namespace extractd::providers
