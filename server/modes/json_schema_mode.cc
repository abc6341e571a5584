// JSON_SCHEMA: the provider decodes under the schema, and the answer is the content.
#include <fmt/format.h>

#include "server/modes/instruction.h"
#include "server/modes/modes.h"
#include "server/modes/text_answer.h"

namespace extractd {
namespace {

constexpr std::string_view kWording = "Extract the data from the text above as JSON: ";

class JsonSchemaMode final : public TextAnswerMode {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kJsonSchema,
        .description = "The provider's own schema-constrained output.",
        .provider_enforces = true,
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    request.format = AnswerFormat::kJsonSchema;
    request.schema = schema;
    if (!style.describe_schema) return;
    AddInstruction(fmt::format("{}{}", kWording, style.outline), style, request);
    if (style.worked_example) AddWorkedExample(kWording, request);
  }
};

}  // namespace

const ModeHandler& JsonSchemaModeHandler() {
  static constexpr JsonSchemaMode handler;
  return handler;
}

}  // namespace extractd
