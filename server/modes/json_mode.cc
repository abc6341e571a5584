// JSON: the provider promises some JSON object; the schema stands in the prompt.
#include <fmt/format.h>

#include "server/modes/instruction.h"
#include "server/modes/modes.h"
#include "server/modes/text_answer.h"

namespace extractd {
namespace {

class JsonMode final : public TextAnswerMode {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kJson,
        .description = "The provider's JSON mode; the schema stands in the prompt.",
        .object_root_only = true,
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    request.format = AnswerFormat::kJsonObject;
    AddInstruction(
        fmt::format(
            "Extract the data from the conversation. Answer with one JSON object that is valid "
            "under "
            "this JSON Schema, not with the schema itself:\n{}",
            schema.json
        ),
        style,
        request
    );
  }
};

}  // namespace

const ModeHandler& JsonModeHandler() {
  static constexpr JsonMode handler;
  return handler;
}

}  // namespace extractd
