// How much a model of the Messages protocol shall think, and the token limit that thoughts and
// answer share.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_REASONING_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_REASONING_H_

#include <cstdint>
#include <string>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::anthropic {

enum class ThinkingKind : std::uint8_t {
  kUnsaid,    // the model does what it does by itself
  kAdaptive,  // as much as the model finds right, within the effort
  kEnabled,   // within a budget of tokens
};

struct Reasoning {
  ThinkingKind thinking = ThinkingKind::kUnsaid;
  std::int32_t budget_tokens = 0;  // with kEnabled
  std::string effort = {};         // of output_config; empty: unsaid
  std::int32_t max_tokens = 0;     // thoughts and answer together; always more than the budget
                                   // unless the caller set both
  // The caller asked for it, rather than the model thinking by itself.
  bool told_to_think = false;
};

Reasoning ReasoningOf(const ModelFamily& model, const ChatRequest& request);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_REASONING_H_
