// REASONING_TOOLS: one tool that the model is told, not forced, to call. Models that think first
// refuse a forced call, or stop thinking when they get one.
#include "server/modes/instruction.h"
#include "server/modes/modes.h"
#include "server/modes/tool_answer.h"

namespace extractd {
namespace {

class ReasoningToolsMode final : public ToolAnswerMode {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kReasoningTools,
        .description = "A tool call that is asked for, not forced, for models that think first.",
        .provider_enforces = true,
        .works_unenforced = true,
        .object_root_only = true,
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    OfferTool(schema, request);
    FreeToolUse(style, request);
  }
};

}  // namespace

const ModeHandler& ReasoningToolsModeHandler() {
  static constexpr ReasoningToolsMode handler;
  return handler;
}

}  // namespace extractd
