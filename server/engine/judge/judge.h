// What a reply is worth: its answer found, judged by the plan's schema and brought into the form
// that the caller asked for.
#ifndef EXTRACTD_SERVER_ENGINE_JUDGE_JUDGE_H_
#define EXTRACTD_SERVER_ENGINE_JUDGE_JUDGE_H_

#include <chrono>
#include <cstdint>

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
};

// `calls`: of the turns before; what this reply adds is entered. Of use with several tools only.
Judgement JudgeReply(const Plan& plan, const ChatReply& reply, CallLedger& calls);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_JUDGE_JUDGE_H_
