#include "server/modes/feedback.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace extractd {

std::string DescribeIssues(const schema::IssueList& issues) {
  std::string text;
  size_t shown = 0;
  for (const schema::Issue& issue : issues.listed) {
    const std::string line = fmt::format(
        "- {}: {}\n", issue.path.empty() ? "the whole answer" : issue.path, issue.message
    );
    if (shown == kMaxFeedbackIssues || text.size() + line.size() > kMaxFeedbackBytes) break;
    text += line;
    ++shown;
  }
  if (shown < issues.total) {
    fmt::format_to(std::back_inserter(text), "- and {} more\n", issues.total - shown);
  }
  return text;
}

bool IsUnreadable(const schema::IssueList& issues) {
  return !issues.listed.empty() && issues.listed.front().keyword == "syntax" &&
         issues.listed.front().path.empty();
}

void AppendTextCorrection(const ChatReply& reply, std::string correction, ChatRequest& request) {
  if (!reply.message.text.empty()) {
    Message answer = {.role = Role::kAssistant, .text = reply.message.text};
    // With calls of tools in it, it would ask for their results.
    if (reply.message.tool_calls.empty()) answer.verbatim = reply.message.verbatim;
    request.messages.push_back(std::move(answer));
  }
  request.messages.push_back({.role = Role::kUser, .text = std::move(correction)});
}

}  // namespace extractd
