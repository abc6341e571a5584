// MD_JSON: plain text with a JSON code block in it. Needs nothing of the provider, so that it works
// with every model.
#include <fmt/format.h>

#include "server/modes/instruction.h"
#include "server/modes/modes.h"
#include "server/modes/text_answer.h"
#include "server/modes/toon_instruction.h"

namespace extractd {
namespace {

class MdJsonMode final : public TextAnswerMode {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kMdJson,
        .description = "A JSON code block in plain text; works with every model.",
        .free_text = true,
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    if (style.toon) return AddInstruction(ToonInstruction(schema.json), style, request);
    AddInstruction(
        fmt::format(
            "Extract the data from the conversation. Answer with nothing but one ```json code "
            "block "
            "that holds a value valid under this JSON Schema, not the schema itself:\n{}",
            schema.json
        ),
        style,
        request
    );
  }
};

}  // namespace

const ModeHandler& MdJsonModeHandler() {
  static constexpr MdJsonMode handler;
  return handler;
}

}  // namespace extractd
