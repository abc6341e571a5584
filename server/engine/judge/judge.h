// What a reply is worth: its answer found, judged by the plan's schema and brought into the form
// that the caller asked for.
#ifndef EXTRACTD_SERVER_ENGINE_JUDGE_JUDGE_H_
#define EXTRACTD_SERVER_ENGINE_JUDGE_JUDGE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/chat/chat.h"
#include "server/engine/judge/answer.h"
#include "server/engine/judge/call_ledger.h"
#include "server/engine/plan.h"
#include "server/schema/issue.h"

namespace extractd {

struct Judgement {
  Answer answer = {};
  bool valid = false;
  bool truncated = false;           // the text ends before its JSON does
  schema::IssueList issues = {};    // in the caller's terms; never empty if not valid
  schema::IssueList feedback = {};  // the same in the model's
  std::chrono::nanoseconds parse_time{0};
  std::chrono::nanoseconds validate_time{0};
  std::int64_t toon_saved_tokens = 0;
  bool toon_missed = false;  // it was asked for, and the answer is JSON
  // If the plan patches answers: what was validated, wrapper and all, and its repairs.
  std::string whole = {};
  std::vector<json::Repair> whole_repairs = {};
};

// `calls`: of the turns before; what this reply adds is entered. Of use with several tools only.
Judgement JudgeReply(const Plan& plan, const ChatReply& reply, CallLedger& calls);
// What a call of one of several tools is worth whose reply has not ended: its item, if its
// arguments are JSON and valid.
std::optional<Item> ItemOfCall(const Plan& plan, const ToolCall& call);

// The verdict on a text of the plan's output encoding under any schema. With the judgement of a
// reply that is one of a part, which is no answer of its own.
schema::Verdict JudgePart(
    const Plan& plan,
    const schema::CompiledSchema& schema,
    const schema::lower::Lowered* lowered,
    const ChatReply& reply
);
// An answer that was put together: `whole` as Judgement has it, with the repairs that are in it.
Judgement JudgeWhole(const Plan& plan, std::string_view whole, std::vector<json::Repair> repairs);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_JUDGE_JUDGE_H_
