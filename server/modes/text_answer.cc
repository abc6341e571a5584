#include "server/modes/text_answer.h"

#include <fmt/format.h>

#include "server/modes/feedback.h"

namespace extractd {

absl::StatusOr<std::string_view> TextAnswerMode::Find(const ChatReply& reply) const {
  if (!reply.message.text.empty()) return reply.message.text;
  // A model that was given tools earlier in the chat may call one all the same.
  if (!reply.message.tool_calls.empty()) return reply.message.tool_calls.front().arguments;
  return absl::NotFoundError("the answer is empty: answer with JSON");
}

void TextAnswerMode::Reask(
    const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request
) const {
  const std::string problems = DescribeIssues(issues);
  if (IsUnreadable(issues)) {
    return AppendTextCorrection(
        reply,
        fmt::format(
            "That could not be read:\n{}Answer again, strictly in the form that was asked for: the "
            "whole value, with no word before it or after it, no comment in it and nothing left "
            "out.",
            problems
        ),
        request
    );
  }
  AppendTextCorrection(
      reply,
      fmt::format(
          "The JSON is not valid:\n{}Answer again with every problem fixed, in the same form.",
          problems
      ),
      request
  );
}

}  // namespace extractd
