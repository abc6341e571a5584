// TOOLS: the schema is the parameter list of one forced tool, and the answer is the argument text
// of the model's call to it.
#include "server/modes/modes.h"
#include "server/modes/tool_answer.h"

namespace extractd {
namespace {

class ToolsMode final : public ToolAnswerMode {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kTools,
        .description = "One forced tool call whose parameters are the schema.",
        .provider_enforces = true,
        .works_unenforced = true,
        .object_root_only = true,
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle&, ChatRequest& request) const override {
    OfferTool(schema, request);
  }
};

}  // namespace

const ModeHandler& ToolsModeHandler() {
  static constexpr ToolsMode handler;
  return handler;
}

}  // namespace extractd
