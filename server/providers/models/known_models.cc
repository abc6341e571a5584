// What is known of models by their names, from public price lists and the providers' documentation,
// November 2026. A model that is not here is unknown to us, not to its provider.
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include <absl/strings/numbers.h>

#include "server/base/strings.h"
#include "server/providers/provider_table.h"

namespace extractd::providers {
namespace {

// By provider and name: provider, model, most tokens in, most tokens out (0: unknown), and what it
// can: Vision, Audio, Documents, Reasoning, Parallel tool calls, prompt Cache.
constexpr std::string_view kTable = R"(
anthropic claude-fable-5 1000000 128000 VDRC
anthropic claude-fable-5-1 1000000 128000 VDRC
anthropic claude-haiku-4-5 200000 64000 VDRC
anthropic claude-haiku-5-5 1000000 128000 VDRC
anthropic claude-mythos-5-1 1000000 128000 VDRC
anthropic claude-opus-4-5 200000 64000 VDRC
anthropic claude-opus-4-6 1000000 128000 VDRC
anthropic claude-opus-4-7 1000000 128000 VDRC
anthropic claude-opus-4-8 1000000 128000 VDRC
anthropic claude-opus-5 1000000 128000 VDRC
anthropic claude-opus-5-5 1000000 128000 VDRC
anthropic claude-sonnet-4-6 1000000 128000 VDRC
anthropic claude-sonnet-5 1000000 128000 VDRC
anthropic claude-sonnet-5-5 1000000 128000 VDRC
azure gpt-4.1 1047576 32768 VPC
azure gpt-4.1-mini 1047576 32768 VPC
azure gpt-4o 128000 16384 VPC
azure gpt-4o-mini 128000 16384 VPC
azure gpt-5.4 922000 128000 VDRPC
azure gpt-5.4-mini 272000 128000 VDRPC
azure gpt-5.4-nano 272000 128000 VDRPC
azure gpt-5.5 922000 128000 VDRPC
azure gpt-5.6-luna 922000 128000 VDRPC
azure gpt-5.6-sol 922000 128000 VDRPC
azure gpt-5.6-terra 922000 128000 VDRPC
azure gpt-6-astra 922000 128000 VDRPC
azure gpt-6-luna 922000 128000 VDRPC
azure gpt-6-sol 922000 128000 VDRPC
azure gpt-6.1-sol 922000 128000 VDRPC
azure gpt-6.1-terra 922000 128000 VDRPC
bedrock amazon.nova-2-lite-v1:0 1000000 64000 VDRC
bedrock amazon.nova-lite-v1:0 300000 10000 VDC
bedrock amazon.nova-micro-v1:0 128000 10000 C
bedrock amazon.nova-premier-v1:0 1000000 10000 VDC
bedrock amazon.nova-pro-v1:0 300000 10000 VDC
bedrock anthropic.claude-fable-5-1 1000000 128000 VDRC
bedrock anthropic.claude-haiku-4-5-20251001-v1:0 200000 64000 VDRC
bedrock anthropic.claude-opus-5 1000000 128000 VDRC
bedrock anthropic.claude-opus-5-5 1000000 128000 VDRC
bedrock anthropic.claude-sonnet-4-6 1000000 64000 VDRC
bedrock anthropic.claude-sonnet-5 1000000 128000 VDRC
bedrock deepseek.v3.2 164000 8000 R
bedrock global.anthropic.claude-opus-5-5 1000000 128000 VDRC
bedrock meta.llama3-3-70b-instruct-v1:0 128000 4096 -
bedrock meta.llama4-maverick-17b-instruct-v1:0 1000000 8192 -
bedrock meta.llama4-scout-17b-instruct-v1:0 10000000 8192 -
bedrock mistral.mistral-large-3-675b-instruct 256000 32000 V
bedrock openai.gpt-6-luna 922000 128000 VRC
bedrock openai.gpt-6-sol 922000 128000 VRC
bedrock openai.gpt-oss-120b-1:0 128000 16384 R
bedrock openai.gpt-oss-20b-1:0 128000 16384 R
bedrock qwen.qwen3-235b-a22b-2507-v1:0 262144 8192 R
bedrock us.anthropic.claude-opus-5-5 1000000 128000 VDRC
bedrock us.anthropic.claude-sonnet-5 1000000 128000 VDRC
bedrock writer.palmyra-x5-v1:0 128000 8192 D
bedrock zai.glm-5 200000 128000 R
cerebras gemma-4-31b 131072 40960 VRP
cerebras gpt-oss-120b 131072 32768 RP
cerebras qwen-3.8-27b 65536 32768 VRP
cohere command-a-03-2025 256000 8000 -
cohere command-a-plus-05-2026 128000 64000 VR
cohere command-r-08-2024 128000 4096 -
cohere command-r-plus-08-2024 128000 4096 -
cohere command-r7b-12-2024 128000 4096 -
databricks databricks-claude-haiku-5-5 1000000 128000 VRC
databricks databricks-claude-opus-5-5 1000000 128000 VRC
databricks databricks-claude-sonnet-5-5 1000000 128000 RC
databricks databricks-gemini-3-8-flash 1048576 65536 VR
databricks databricks-gpt-5-6-terra 922000 128000 VRC
databricks databricks-gpt-6-1-terra 922000 128000 VRC
databricks databricks-gpt-6-sol 922000 128000 VRC
databricks databricks-gpt-oss-120b 131072 131072 -
databricks databricks-gpt-oss-20b 131072 131072 -
databricks databricks-llama-4-maverick 128000 128000 -
databricks databricks-meta-llama-3-3-70b-instruct 128000 128000 -
databricks databricks-qwen3-next-80b-a3b-instruct 0 0 -
deepseek deepseek-flash 1000000 393216 VRPC
deepseek deepseek-v4-flash 1000000 393216 VRPC
deepseek deepseek-v4-pro 1000000 393216 RPC
fireworks accounts/fireworks/models/deepseek-v3p2 163840 163840 R
fireworks accounts/fireworks/models/deepseek-v4p1-flash 1048576 393216 VRC
fireworks accounts/fireworks/models/glm-5p3 1048576 128000 R
fireworks accounts/fireworks/models/glm-5p3-flash 1048576 1048576 V
fireworks accounts/fireworks/models/gpt-oss-20b 131072 32768 R
fireworks accounts/fireworks/models/kimi-k3 1048576 131072 VR
fireworks accounts/fireworks/models/llama4-maverick-instruct-basic 131072 131072 -
fireworks accounts/fireworks/models/minimax-m3 512000 512000 VR
fireworks accounts/fireworks/models/qwen3p8-max 262144 0 VR
gemini gemini-2.5-flash 1048576 65536 VADRPC
gemini gemini-2.5-flash-lite 1048576 65536 VADRPC
gemini gemini-2.5-pro 1048576 65536 VADRC
gemini gemini-3-flash-preview 1048576 65536 VADRPC
gemini gemini-3.1-flash-lite 1048576 65536 VADRPC
gemini gemini-3.1-pro-preview 1048576 65536 VADRC
gemini gemini-3.5-flash 1048576 65536 VADRPC
gemini gemini-3.5-flash-lite 1048576 65536 VADRPC
gemini gemini-3.7-flash 1048576 65536 VADRPC
gemini gemini-3.8-flash 1048576 65536 VADRPC
gemini gemini-4-argon 1048576 1048576 VADRPC
gemini gemini-flash-latest 1048576 65536 VADRPC
groq openai/gpt-oss-120b 131072 65536 RPC
groq openai/gpt-oss-20b 131072 65536 RPC
groq qwen/qwen3.8-27b 131072 16384 VR
mistral codestral-2508 128000 128000 -
mistral devstral-medium-latest 256000 256000 R
mistral magistral-medium-latest 262144 262144 VR
mistral ministral-14b-2512 262144 262144 V
mistral ministral-3b-2512 131072 131072 V
mistral ministral-8b-2512 262144 262144 V
mistral mistral-large-4-0 1048576 1048576 VRC
mistral mistral-large-latest 262144 262144 V
mistral mistral-medium-3-5 262144 262144 VR
mistral mistral-medium-latest 262144 262144 VR
mistral mistral-small-2603 262144 262144 VR
mistral mistral-small-latest 262144 262144 VR
mistral voxtral-small-2507 32768 32768 A
openai gpt-4.1 1047576 32768 VDPC
openai gpt-4.1-mini 1047576 32768 VDPC
openai gpt-4o 128000 16384 VDPC
openai gpt-4o-mini 128000 16384 VDPC
openai gpt-5 272000 128000 VDRPC
openai gpt-5-mini 272000 128000 VDRPC
openai gpt-5-nano 272000 128000 VDRPC
openai gpt-5.1 272000 128000 VDRPC
openai gpt-5.2 272000 128000 VDRPC
openai gpt-5.2-pro 272000 128000 VDRPC
openai gpt-5.4 1050000 128000 VDRPC
openai gpt-5.4-mini 272000 128000 VDRPC
openai gpt-5.4-nano 272000 128000 VDRPC
openai gpt-5.5 1050000 128000 VDRPC
openai gpt-5.5-pro 1050000 128000 VDRPC
openai gpt-5.6-luna 922000 128000 VDRPC
openai gpt-5.6-sol 922000 128000 VDRPC
openai gpt-5.6-terra 922000 128000 VDRPC
openai gpt-6-astra 922000 128000 VDRPC
openai gpt-6-luna 922000 128000 VDRPC
openai gpt-6-sol 922000 128000 VDRPC
openai gpt-6.1-sol 922000 128000 VDRPC
openai gpt-6.1-terra 922000 128000 VDRPC
openai gpt-audio-1.5 128000 16384 AP
openai o3 200000 100000 VDRC
openrouter anthropic/claude-haiku-5.5 1000000 128000 VDRC
openrouter anthropic/claude-opus-5.5 1000000 128000 VDRC
openrouter anthropic/claude-sonnet-5.5 1000000 128000 VDRC
openrouter deepseek/deepseek-v4-flash 1000000 393216 VRPC
openrouter deepseek/deepseek-v4-pro 1000000 393216 RPC
openrouter google/gemini-3.8-flash 1048576 65536 VADRPC
openrouter google/gemini-4-argon 1048576 1048576 VADRPC
openrouter mistralai/mistral-large-4-0 1048576 1048576 VRC
openrouter moonshotai/kimi-k3 1048576 131072 VR
openrouter openai/gpt-6-astra 1050000 128000 VDRPC
openrouter openai/gpt-6-luna 1050000 128000 VDRPC
openrouter openai/gpt-6-sol 1050000 128000 VDRPC
openrouter openai/gpt-oss-120b 131072 65536 RPC
openrouter writer/palmyra-x5 1040000 8192 D
openrouter x-ai/grok-4.7 500000 500000 VRC
openrouter z-ai/glm-5.3 1048576 128000 R
perplexity sonar 128000 128000 -
perplexity sonar-deep-research 128000 128000 R
perplexity sonar-pro 200000 8000 -
perplexity sonar-reasoning-pro 128000 128000 R
together Qwen/Qwen2.5-7B-Instruct-Turbo 32768 0 P
together Qwen/Qwen3.5-9B 262144 262144 VRP
together deepseek-ai/DeepSeek-V4-Pro-0813 1048576 1048576 PC
together deepseek-ai/DeepSeek-V4.1-Flash 1048576 1048576 C
together moonshotai/Kimi-K3 1048576 1048576 VRPC
together nvidia/NVIDIA-Nemotron-3.5-Super-VL 262144 262144 VRPC
together openai/gpt-oss-120b 131072 131072 RP
together zai-org/GLM-5.3 1048575 128000 RPC
together zai-org/GLM-5.3-Flash 1048575 128000 VRPC
vertexai claude-haiku-5-5 1000000 128000 VDRC
vertexai claude-opus-5-5 1000000 128000 VDRC
vertexai claude-sonnet-5-5 1000000 128000 VDRC
vertexai gemini-3.1-flash-lite 1048576 65536 VADRPC
vertexai gemini-3.1-pro-preview 1048576 65536 VADRC
vertexai gemini-3.5-flash 1048576 65535 VADRPC
vertexai gemini-3.5-flash-lite 1048576 65536 VADRPC
vertexai gemini-3.7-flash 1048576 65536 VADRPC
vertexai gemini-3.8-flash 1048576 65536 VADRPC
vertexai gemini-4-argon 1048576 1048576 VADRPC
writer palmyra-x4 128000 8192 D
writer palmyra-x5 1040000 8192 D
xai grok-4.20-non-reasoning 1000000 1000000 VC
xai grok-4.20-reasoning 1000000 1000000 VRC
xai grok-4.3 1000000 1000000 VRC
xai grok-4.5 500000 500000 VRC
xai grok-4.6 500000 500000 VRC
xai grok-4.7 500000 500000 VRC
xai grok-build-0.1 256000 256000 VRC
)";

struct Letter {
  char letter;
  Capability capability;
};
constexpr Letter kLetters[] = {
    {'V', Capability::kVision},
    {'A', Capability::kAudio},
    {'D', Capability::kDocuments},
    {'R', Capability::kReasoning},
    {'P', Capability::kParallelTools},
    {'C', Capability::kPromptCache},
};

// The next word of `line`, which loses it.
std::string_view NextWord(std::string_view& line) {
  const size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::int64_t NextNumber(std::string_view& line) {
  std::int64_t number = 0;
  return absl::SimpleAtoi(Absl(NextWord(line)), &number) ? number : 0;
}

KnownModel ReadRow(std::string_view line) {
  KnownModel model;
  model.provider = NextWord(line);
  model.model = NextWord(line);
  model.max_input_tokens = NextNumber(line);
  model.max_output_tokens = NextNumber(line);
  for (const char letter : NextWord(line)) {
    const auto* known = std::ranges::find(kLetters, letter, &Letter::letter);
    if (known != std::end(kLetters)) model.capabilities.Add(known->capability);
  }
  return model;
}

std::vector<KnownModel> ReadTable() {
  std::vector<KnownModel> models;
  std::string_view rest = kTable.substr(1);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    models.push_back(ReadRow(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return models;
}

}  // namespace

std::span<const KnownModel> KnownModels() {
  static const auto& models = *new std::vector<KnownModel>(ReadTable());
  return models;
}

std::span<const KnownModel> KnownModelsOf(std::string_view provider) {
  const auto found = std::ranges::equal_range(KnownModels(), provider, {}, &KnownModel::provider);
  return {found.begin(), found.end()};
}

const KnownModel* FindKnownModel(std::string_view provider, std::string_view model) {
  const std::span<const KnownModel> models = KnownModelsOf(provider);
  const auto found = std::ranges::find(models, model, &KnownModel::model);
  return found == models.end() ? nullptr : &*found;
}

}  // namespace extractd::providers
