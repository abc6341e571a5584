// TOOLS: the schema is the parameter list of one forced tool, and the answer is the argument text
// of the model's call to it.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/modes/feedback.h"
#include "server/modes/modes.h"

namespace extractd {
namespace {

constexpr std::string_view kDefaultDescription =
    "Records the data extracted from the conversation.";
constexpr std::string_view kNotUsed = "Not used: only the first call counts.";

class ToolsMode final : public ModeHandler {
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
    request.tools = {schema};
    if (schema.description.empty()) request.tools[0].description = kDefaultDescription;
  }

  absl::StatusOr<std::string_view> Find(const ChatReply& reply) const override {
    if (!reply.message.tool_calls.empty()) return reply.message.tool_calls.front().arguments;
    // Some models write the arguments as text; the parser copes with prose around them.
    if (!reply.message.text.empty()) return reply.message.text;
    return absl::NotFoundError("the reply has no tool call: call the tool with the extracted data");
  }

  // Every call needs an answering tool message, or the provider rejects the next request. The first
  // carries the issues, the others are told that they were not used.
  void Reask(const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request)
      const override {
    std::string correction = fmt::format(
        "The arguments are not valid:\n{}Call the tool again with every problem fixed.",
        DescribeIssues(issues)
    );
    if (reply.message.tool_calls.empty()) {
      AppendTextCorrection(reply, std::move(correction), request);
      return;
    }
    request.messages.push_back(reply.message);
    for (const ToolCall& call : reply.message.tool_calls) {
      request.messages.push_back({
          .role = Role::kTool,
          .text = std::move(correction),
          .tool_call_id = call.id,
          .tool_failed = true,
      });
      correction = kNotUsed;
    }
  }
};

}  // namespace

const ModeHandler& ToolsModeHandler() {
  static constexpr ToolsMode handler;
  return handler;
}

}  // namespace extractd
