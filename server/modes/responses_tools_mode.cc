// RESPONSES_TOOLS: TOOLS over an API whose answers are lists of output items; its dialect knows the
// difference, the mode does not.
#include "server/modes/modes.h"
#include "server/modes/tool_answer.h"

namespace extractd {
namespace {

class ResponsesToolsMode final : public ToolAnswerMode {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kResponsesTools,
        .description = "One forced tool call over the Responses API.",
        .provider_enforces = true,
        .works_unenforced = true,
        .object_root_only = true,
        .dialect = "openai_responses",
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle&, ChatRequest& request) const override {
    OfferTool(schema, request);
  }
};

}  // namespace

const ModeHandler& ResponsesToolsModeHandler() {
  static constexpr ResponsesToolsMode handler;
  return handler;
}

}  // namespace extractd
