// PARALLEL_TOOLS: every schema is a tool of its own, and the answer is all calls of one reply, at
// least one.
#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include "server/modes/feedback.h"
#include "server/modes/modes.h"
#include "server/modes/tool_answer.h"

namespace extractd {
namespace {

constexpr std::string_view kAccepted = "Accepted; do not call it again.";

// The issues of each call: their paths begin with its index, which the model does not see.
std::map<size_t, schema::IssueList> ByCall(const schema::IssueList& issues) {
  std::map<size_t, schema::IssueList> calls;
  for (const schema::Issue& issue : issues.listed) {
    const std::string_view path = issue.path;
    const size_t end = std::min(path.find('/', 1), path.size());
    size_t call = 0;
    const std::string_view index = path.substr(std::min<size_t>(1, path.size()), end - 1);
    if (path.empty() || !absl::SimpleAtoi({index.data(), index.size()}, &call)) continue;
    schema::Issue own = issue;
    own.path = path.substr(end);
    schema::IssueList& list = calls[call];
    list.listed.push_back(std::move(own));
    ++list.total;
  }
  return calls;
}

// What is wrong with the calls together.
std::string OfNoCall(const schema::IssueList& issues) {
  schema::IssueList list;
  for (const schema::Issue& issue : issues.listed) {
    if (issue.path.empty()) list.listed.push_back(issue);
  }
  list.total = list.listed.size();
  return DescribeIssues(list);
}

class ParallelToolsMode final : public ModeHandler {
 public:
  const ModeTraits& traits() const override {
    static constexpr ModeTraits traits = {
        .name = mode_names::kParallelTools,
        .description = "Several tools, each with its schema; the model calls as many as it needs.",
        .provider_enforces = true,
        .works_unenforced = true,
        .object_root_only = true,
        .several_tools = true,
    };
    return traits;
  }

  void Ask(const SchemaText& schema, const AskStyle& style, ChatRequest& request) const override {
    AskTools({&schema, 1}, style, request);
  }

  void AskTools(std::span<const SchemaText> tools, const AskStyle&, ChatRequest& request)
      const override {
    request.tools.assign(tools.begin(), tools.end());
    for (SchemaText& tool : request.tools) {
      if (tool.description.empty()) tool.description = kDefaultToolDescription;
    }
    request.tool_use = ToolUse::kAtLeastOne;
  }

  absl::StatusOr<std::string_view> Find(const ChatReply& reply) const override {
    if (!reply.message.tool_calls.empty()) return reply.message.tool_calls.front().arguments;
    return absl::NotFoundError("the reply has no tool call: call at least one of the tools");
  }

  // Every call needs an answering tool message, the good ones, too.
  void Reask(const ChatReply& reply, const schema::IssueList& issues, ChatRequest& request)
      const override {
    if (reply.message.tool_calls.empty()) {
      return AppendTextCorrection(
          reply,
          fmt::format("That is not valid:\n{}Call the tools.", DescribeIssues(issues)),
          request
      );
    }
    const std::map<size_t, schema::IssueList> wrong = ByCall(issues);
    const std::string besides = OfNoCall(issues);
    request.messages.push_back(reply.message);
    for (size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
      const auto own = wrong.find(i);
      const bool good = own == wrong.end();
      request.messages.push_back({
          .role = Role::kTool,
          .text = good ? std::string(kAccepted) : CorrectionOf(own->second),
          .tool_call_id = reply.message.tool_calls[i].id,
          .tool_failed = !good,
      });
    }
    if (!besides.empty()) request.messages.back().text += "\n\nBesides:\n" + besides;
  }

 private:
  static std::string CorrectionOf(const schema::IssueList& issues) {
    return fmt::format(
        "The arguments are not valid:\n{}Call this tool again with every problem fixed, and none "
        "that was accepted.",
        DescribeIssues(issues)
    );
  }
};

}  // namespace

const ModeHandler& ParallelToolsModeHandler() {
  static constexpr ParallelToolsMode handler;
  return handler;
}

}  // namespace extractd
