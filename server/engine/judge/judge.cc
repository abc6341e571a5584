#include "server/engine/judge/judge.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/tokens.h"
#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/schema/toon_verdict.h"
#include "server/schema/wrap/unwrap.h"

namespace extractd {
namespace {

using schema::IssueList;
using schema::Verdict;

// More calls in one reply are a model that has lost its way.
constexpr size_t kMaxCalls = 256;

IssueList OneIssue(std::string message) {
  IssueList issues;
  issues.listed.push_back({.keyword = "syntax", .message = std::move(message)});
  issues.total = 1;
  return issues;
}

// A reply whose bytes had to be mended on the way is lossy, whatever the parser says.
void NoteReplacedBytes(json::MaxLoss max_loss, Verdict& verdict) {
  if (max_loss == json::MaxLoss::kLossy) {
    verdict.repairs.push_back({.kind = "invalid_utf8", .after = "\xEF\xBF\xBD", .lossless = false});
    return;
  }
  verdict.valid = false;
  verdict.issues.listed.push_back({
      .keyword = "syntax",
      .message = "the answer has bytes that are not UTF-8",
      .expected = "UTF-8",
  });
  ++verdict.issues.total;
}

// A verdict on the wrapper, or on what the caller asked for, as a judgement.
Judgement JudgementOn(schema::Wrapping wrapping, bool keeps_whole, Verdict verdict) {
  Judgement out = {.parse_time = verdict.parse_time, .validate_time = verdict.validate_time};
  if (keeps_whole) {
    out.whole = verdict.json;
    out.whole_repairs = verdict.repairs;
  }
  if (wrapping == schema::Wrapping::kNone) {
    out.feedback = verdict.issues;
  } else {
    schema::Unwrapped unwrapped = schema::Unwrap(wrapping, std::move(verdict));
    verdict = std::move(unwrapped.verdict);
    out.feedback = std::move(unwrapped.wrapped_issues);
    out.answer.absent_reason = std::move(unwrapped.absent_reason);
    for (schema::UnwrappedItem& item : unwrapped.items) {
      out.answer.items.push_back({.json = std::move(item.json), .repairs = std::move(item.repairs)}
      );
    }
  }
  out.valid = verdict.valid;
  out.truncated = verdict.truncated;
  out.issues = std::move(verdict.issues);
  out.answer.json = std::move(verdict.json);
  out.answer.repairs = std::move(verdict.repairs);
  return out;
}

Judgement JudgeToonText(const Plan& plan, std::string_view text, bool sanitized) {
  schema::ToonVerdict judged = schema::JudgeToon(*plan.schema->compiled, text, plan.judge);
  const bool was_valid = judged.verdict.valid;
  const std::int64_t saved = EstimateTokens(judged.verdict.json) - EstimateTokens(text);
  if (sanitized) NoteReplacedBytes(plan.judge.max_loss, judged.verdict);
  Judgement out = JudgementOn(plan.wrapping, plan.patches(), std::move(judged.verdict));
  if (was_valid && judged.toon) out.toon_saved_tokens = saved;
  out.toon_missed = was_valid && !judged.toon;
  return out;
}

Judgement JudgeOne(const Plan& plan, const ChatReply& reply) {
  const absl::StatusOr<std::string_view> text = plan.handler->mode->Find(reply);
  if (!text.ok()) {
    const IssueList issues = OneIssue(std::string(text.status().message()));
    return {.issues = issues, .feedback = issues};
  }
  if (plan.output_encoding == TextEncoding::kToon) {
    return JudgeToonText(plan, *text, reply.sanitized);
  }
  Verdict verdict = schema::Judge(*plan.schema->compiled, *text, plan.judge);
  if (reply.sanitized) NoteReplacedBytes(plan.judge.max_loss, verdict);
  return JudgementOn(plan.wrapping, plan.patches(), std::move(verdict));
}

const PlannedTool* FindTool(const Plan& plan, std::string_view name) {
  const auto tool = std::ranges::find(plan.tools, name, &PlannedTool::name);
  return tool == plan.tools.end() ? nullptr : &*tool;
}

Judgement JudgeArguments(
    const Plan& plan, const PlannedTool& tool, const ToolCall& call, bool sanitized
) {
  schema::JudgeOptions options = plan.judge;
  options.lowered = tool.carried_by();
  // Tools without parameters are called with nothing at all by some.
  const std::string_view arguments =
      call.arguments.empty() ? std::string_view("{}") : std::string_view(call.arguments);
  Verdict verdict = schema::Judge(*tool.schema->compiled, arguments, options);
  if (sanitized) NoteReplacedBytes(options.max_loss, verdict);
  return JudgementOn(tool.wrapping, false, std::move(verdict));
}

// The calls of one reply, each by the schema of its tool.
class CallJudge {
 public:
  CallJudge(const Plan& plan, const ChatReply& reply) : plan_(plan), reply_(reply) {}

  Judgement Judge(CallLedger& ledger) {
    const std::vector<ToolCall>& calls = reply_.message.tool_calls;
    if (calls.empty() && !ledger.complete()) {
      Add("", OneIssue("the reply has no tool call: call at least one of the tools"));
      return Finish(ledger);
    }
    if (calls.size() > kMaxCalls) {
      Add("", OneIssue(fmt::format("{} calls are too many; make fewer", calls.size())));
      return Finish(ledger);
    }
    std::vector<CallLedger::Entry> entries;
    for (size_t i = 0; i < calls.size(); ++i) entries.push_back(JudgeCall(calls[i], i));
    ledger.Enter(std::move(entries));
    for (const std::string& tool : ledger.Missing()) {
      Add("", OneIssue(fmt::format("the call of '{}' that was not valid is missing", tool)));
    }
    return Finish(ledger);
  }

 private:
  // Puts issues under the call's index, a fair part of them if the calls have many.
  void Add(const std::string& prefix, IssueList issues) {
    const size_t calls = std::max<size_t>(reply_.message.tool_calls.size(), 1);
    const size_t most = std::max<size_t>(schema::kMaxIssues / calls, 1);
    if (issues.listed.size() > most) issues.listed.resize(most);
    for (schema::Issue& issue : issues.listed) {
      issue.path.insert(0, prefix);
      out_.issues.listed.push_back(std::move(issue));
    }
    out_.issues.total += issues.total;
  }

  CallLedger::Entry JudgeCall(const ToolCall& call, size_t index) {
    const std::string prefix = fmt::format("/{}", index);
    CallLedger::Entry entry = {.item = {.tool = call.name}};
    const PlannedTool* const tool = FindTool(plan_, call.name);
    entry.known_tool = tool != nullptr;
    if (!entry.known_tool) {
      std::vector<std::string> names;
      for (const PlannedTool& known : plan_.tools) names.push_back(known.name);
      Add(prefix,
          OneIssue(fmt::format("there is no such tool; there are {}", fmt::join(names, ", "))));
      return entry;
    }
    Judgement own = JudgeArguments(plan_, *tool, call, reply_.sanitized);
    out_.parse_time += own.parse_time;
    out_.validate_time += own.validate_time;
    out_.truncated = out_.truncated || own.truncated;
    entry.accepted = own.valid;
    entry.item.json = std::move(own.answer.json);
    entry.item.repairs = std::move(own.answer.repairs);
    Add(prefix, std::move(own.issues));
    return entry;
  }

  Judgement Finish(const CallLedger& ledger) {
    out_.answer.items = ledger.Items();
    out_.valid = out_.issues.empty();
    out_.feedback = out_.issues;
    return std::move(out_);
  }

  const Plan& plan_;
  const ChatReply& reply_;
  Judgement out_;
};

}  // namespace

Judgement JudgeReply(const Plan& plan, const ChatReply& reply, CallLedger& calls) {
  return plan.tools.empty() ? JudgeOne(plan, reply) : CallJudge(plan, reply).Judge(calls);
}

std::optional<Item> ItemOfCall(const Plan& plan, const ToolCall& call) {
  const PlannedTool* const tool = FindTool(plan, call.name);
  const bool whole = std::holds_alternative<json::Document>(json::ParseView(call.arguments));
  if (tool == nullptr || !whole || !IsValidUtf8(call.arguments)) return std::nullopt;
  Judgement judged = JudgeArguments(plan, *tool, call, false);
  if (!judged.valid) return std::nullopt;
  return Item{
      .tool = call.name,
      .json = std::move(judged.answer.json),
      .repairs = std::move(judged.answer.repairs),
  };
}

Verdict JudgePart(
    const Plan& plan,
    const schema::CompiledSchema& schema,
    const schema::lower::Lowered* lowered,
    const ChatReply& reply
) {
  const absl::StatusOr<std::string_view> text = plan.handler->mode->Find(reply);
  if (!text.ok()) return {.issues = OneIssue(std::string(text.status().message()))};
  schema::JudgeOptions options = plan.judge;
  options.lowered = lowered;
  const bool toon = plan.output_encoding == TextEncoding::kToon;
  Verdict verdict = toon ? schema::JudgeToon(schema, *text, options).verdict
                         : schema::Judge(schema, *text, options);
  if (reply.sanitized) NoteReplacedBytes(options.max_loss, verdict);
  return verdict;
}

Judgement JudgeWhole(const Plan& plan, std::string_view whole, std::vector<json::Repair> repairs) {
  schema::JudgeOptions options = plan.judge;
  options.lowered = nullptr;  // it was carried back before
  Verdict verdict = schema::Judge(*plan.schema->compiled, whole, options);
  verdict.repairs.insert(
      verdict.repairs.begin(),
      std::move_iterator(repairs.begin()),
      std::move_iterator(repairs.end())
  );
  return JudgementOn(plan.wrapping, plan.patches(), std::move(verdict));
}

}  // namespace extractd
