#include "server/plugins/plugin_mode.h"

#include <string>
#include <utility>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/modes/feedback.h"
#include "server/modes/instruction.h"
#include "server/modes/tool_answer.h"
#include "server/plugins/plugin_call.h"

namespace extractd::plugins {
namespace {

constexpr std::string_view kCorrection =
    "The answer is not valid:\n{issues}Answer again with every problem fixed, in the same form.";

// `text` with every `name` replaced by `value`, in which none is looked for.
std::string Fill(std::string_view text, std::string_view name, std::string_view value) {
  std::string out;
  for (;;) {
    const size_t at = text.find(name);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += value;
    text.remove_prefix(at + name.size());
  }
}

std::string Instruction(
    const extractd_mode& table, const SchemaText& schema, const AskStyle& style
) {
  // The schema last: its own texts may hold braces.
  const std::string with_outline = Fill(table.instruction, "{outline}", style.outline);
  return Fill(with_outline, "{schema}", schema.json);
}

class TextMode final : public ModeHandler {
 public:
  explicit TextMode(const extractd_mode& table)
      : table_(table),
        traits_{
            .name = table.name,
            .description = table.description,
            .object_root_only = table.answer == EXTRACTD_ANSWER_JSON_OBJECT,
        } {}

  const ModeTraits& traits() const override { return traits_; }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    if (table_.answer == EXTRACTD_ANSWER_JSON_OBJECT) request.format = AnswerFormat::kJsonObject;
    AddInstruction(Instruction(table_, schema, style), style, request);
  }

  absl::StatusOr<std::string_view> Find(const ChatReply& reply) const override {
    const std::string_view text = reply.message.text;
    if (text.empty()) return absl::NotFoundError("the answer is empty");
    if (table_.find == nullptr) return text;
    size_t begin = 0;
    size_t end = text.size();
    const absl::StatusOr<std::string> found = Written("", [&](extractd_output*) {
      return table_.find(table_.self, TextOf(text), &begin, &end);
    });
    if (!found.ok() || begin > end || end > text.size()) {
      return absl::NotFoundError("the answer does not have the form that was asked for");
    }
    return text.substr(begin, end - begin);
  }

  void Reask(const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request)
      const override {
    const std::string_view words = table_.correction == nullptr ? kCorrection : table_.correction;
    AppendTextCorrection(reply, Fill(words, "{issues}", DescribeIssues(issues)), request);
  }

 private:
  const extractd_mode& table_;
  const ModeTraits traits_;
};

class ToolMode final : public ToolAnswerMode {
 public:
  explicit ToolMode(const extractd_mode& table)
      : table_(table),
        traits_{
            .name = table.name,
            .description = table.description,
            .provider_enforces = true,
            .works_unenforced = true,
            .object_root_only = true,
        } {}

  const ModeTraits& traits() const override { return traits_; }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    OfferTool(schema, request);
    if (table_.instruction == nullptr) return;
    AddInstruction(Instruction(table_, schema, style), style, request);
  }

 private:
  const extractd_mode& table_;
  const ModeTraits traits_;
};

template <class Mode, class... Arguments>
PluginMode Make(Arguments&&... arguments) {
  const auto mode = std::make_shared<const Mode>(std::forward<Arguments>(arguments)...);
  return {mode, mode.get()};
}

}  // namespace

PluginMode MakeMode(const extractd_mode& table) {
  if (table.answer == EXTRACTD_ANSWER_TOOL) return Make<ToolMode>(table);
  return Make<TextMode>(table);
}

}  // namespace extractd::plugins
