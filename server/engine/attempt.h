// Attempt: the record of one send, as callers see it.
#ifndef EXTRACTD_SERVER_ENGINE_ATTEMPT_H_
#define EXTRACTD_SERVER_ENGINE_ATTEMPT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/clock.h"
#include "server/chat/chat.h"
#include "server/chat/upstream.h"
#include "server/registry/prices.h"
#include "server/schema/issue.h"

namespace extractd {

enum class AttemptKind : std::uint8_t {
  kFirst,
  kRetry,
  kReask,
  kFallback,
  kReaskPatch,    // for the wrong parts of the answer alone
  kRaisedLimit,   // after an answer that was cut, with a higher limit
  kContinuation,  // after an answer that was cut, for its rest
};
std::string_view AttemptKindName(AttemptKind kind);

enum class AttemptOutcome : std::uint8_t {
  kValid,
  kInvalid,
  kTruncated,
  kRefused,
  kRateLimited,
  kRejected,
  kAuthFailed,
  kUnavailable,
  kTimedOut,
  kCancelled,
  kCircuitOpen,  // not sent
};
// "valid", "rate_limited" …; the values of metric labels and logs.
std::string_view AttemptOutcomeName(AttemptOutcome outcome);

struct Plan;

struct Attempt {
  const Plan* plan = nullptr;  // who was asked, and how; outlives the attempt
  int number = 0;              // from 1
  int turn = 0;                // from 1
  AttemptKind kind = AttemptKind::kFirst;
  AttemptOutcome outcome = AttemptOutcome::kUnavailable;
  SendFailure failure = SendFailure::kNone;
  schema::IssueList issues = {};
  std::string raw_text = {};  // only if the caller wants it
  Usage usage = {};
  std::chrono::milliseconds backoff{0};
  std::chrono::microseconds latency{0};
  int http_status = 0;
  std::string provider_request_id = {};
  std::string body_hash = {};  // of a body that could not be read
  std::string error_message = {};
  FinishReason finish_reason = FinishReason::kUnspecified;
  Cost cost = {};
  std::string_view mode = {};          // its name
  std::string learned = {};            // a wrong belief that it revealed, in words
  std::string_view learned_kind = {};  // the same as a metric's label
  std::uint64_t span = 0;              // in the trace of its call, if that has one
  SteadyTime begin = {};               // of the send
  SteadyTime end = {};
  bool stopped = false;  // its stream was, since the answer could not become valid any more
};

// What came back of the send, but for its outcome.
void NoteReply(const SendResult& sent, Attempt& attempt);
// What was wrong with the answer; all are counted, the first 32 kept.
void NoteIssues(const schema::IssueList& issues, Attempt& attempt);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_ATTEMPT_H_
