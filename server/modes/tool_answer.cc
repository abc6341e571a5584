#include "server/modes/tool_answer.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/modes/feedback.h"

namespace extractd {
namespace {

constexpr std::string_view kNotUsed = "Not used: only the first call counts.";

}  // namespace

void OfferTool(const SchemaText& schema, ChatRequest& request) {
  request.tools = {schema};
  if (schema.description.empty()) request.tools[0].description = kDefaultToolDescription;
}

absl::StatusOr<std::string_view> ToolAnswerMode::Find(const ChatReply& reply) const {
  if (!reply.message.tool_calls.empty()) return reply.message.tool_calls.front().arguments;
  // Some models write the arguments as text; the parser copes with prose around them.
  if (!reply.message.text.empty()) return reply.message.text;
  return absl::NotFoundError("the reply has no tool call: call the tool with the extracted data");
}

// Every call needs an answering tool message, or the provider rejects the next request. The first
// carries the issues, the others are told that they were not used.
void ToolAnswerMode::Reask(
    const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request
) const {
  std::string correction = fmt::format(
      "The arguments are not valid:\n{}{}",
      DescribeIssues(issues),
      IsUnreadable(issues)
          ? "Call the tool, and answer in no other way: its arguments are one JSON "
            "object, with no word around it and nothing left out."
          : "Call the tool again with every problem fixed."
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

}  // namespace extractd
