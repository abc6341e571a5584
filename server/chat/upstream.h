// Upstream: the engine's only view of a provider. It turns a chat request into bytes, sends them
// once, and says what came back in terms that need no knowledge of the wire.
#ifndef EXTRACTD_SERVER_CHAT_UPSTREAM_H_
#define EXTRACTD_SERVER_CHAT_UPSTREAM_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/base/task.h"
#include "server/chat/chat.h"

namespace extractd {

struct WireHeader {
  std::string name = {};  // lower case
  std::string value = {};
  bool secret = false;  // shown as "[redacted]"
};

// Sees the bytes of a reply as they come, for an operator who asked for them.
class ReplyTap {
 public:
  virtual void OnReplyBytes(std::string_view bytes) = 0;

 protected:
  ~ReplyTap() = default;
};

// The exact bytes of one request.
struct WireRequest {
  std::string method = "POST";
  std::string url = {};
  std::vector<WireHeader> headers = {};
  std::string body = {};
  ReplyTap* tap = nullptr;  // outlives the send; null: nobody looks on
};

// How a send can fail. One closed list: retries, statuses and metrics are tables over it.
enum class SendFailure : std::uint8_t {
  kNone,
  kConnection,       // refused, DNS, TLS, reset; `cause` says which
  kTimeout,          // a timer of ours; `cause` names the phase
  kRateLimited,      // 429 that waiting helps
  kQuotaExhausted,   // 429 or 402 that waiting does not help
  kServerError,      // 408, 409, 425, 498, 5xx, 529, an error inside a 200
  kMalformed,        // HTML, empty or unreadable body
  kTooLarge,         // above our limit of bytes
  kAuth,             // 401, 403
  kUnknownModel,     // 404 of the model
  kSchemaRejected,   // 400 about the schema
  kContextTooLong,   // 400 about the length of the prompt
  kContentFiltered,  // 400 of the content filter
  kRejected,         // any other 4xx
  kCancelled,        // the coroutine's slot fired
};
// "connection", "rate_limited" …; the values of metric labels.
std::string_view SendFailureName(SendFailure failure);

// What a refusal says that the model does not take, though it was believed to.
enum class WrongBelief : std::uint8_t {
  kNone,
  kForcedTool,  // a tool choice that forces a call
  kTools,       // tools at all
  kSchema,      // this schema; others may do
  kFormat,      // answers in the format that was asked for, or their enforcement
  kParameter,   // a setting; SendResult::refused_parameter
};

// Zero: no limit of that kind. `total` bounds the others.
struct SendTimers {
  std::chrono::milliseconds connect{0};
  std::chrono::milliseconds first_byte{0};
  std::chrono::milliseconds idle{0};
  std::chrono::milliseconds total{0};
  friend bool operator==(const SendTimers&, const SendTimers&) = default;
};

// What a provider says is left of one of the limits of a key.
enum class QuotaUnit : std::uint8_t { kRequests, kTokens };
struct Quota {
  QuotaUnit unit = QuotaUnit::kRequests;
  std::int64_t remaining = 0;
  std::optional<std::int64_t> limit = {};   // what there is of it when it is full
  std::chrono::milliseconds until_full{0};  // from the reply on
};

struct SendResult {
  SendFailure failure = SendFailure::kNone;
  ChatReply reply = {};      // with kNone
  std::string message = {};  // one sentence on the failure, scrubbed of secrets
  // kConnection: "refused", "dns", "tls", "reset", or "credentials" if where they come from could
  // not be reached; kTimeout: the phase.
  std::string cause = {};
  std::optional<std::chrono::milliseconds> retry_after = {};  // what the provider asked for
  bool final = false;   // the provider says that sending again is useless
  int http_status = 0;  // 0: no answer
  std::string provider_request_id = {};
  std::string body_hash = {};  // of a body that could not be read: to tell samples apart in logs
  std::chrono::microseconds latency{0};
  // What the caller is told in place of `message`, where that is more than a failed send: nothing
  // was sent for want of credentials.
  absl::Status not_sent = absl::OkStatus();
  // The cause is mended, so the same bytes may go out again at once, as an attempt of its own:
  // credentials that had been cached were refused, and the next send has new ones.
  bool send_again = false;
  WrongBelief wrong_belief = WrongBelief::kNone;
  // As Generation has it: "temperature", "top_p", "seed", "stop" or "reasoning".
  std::string refused_parameter = {};
  std::vector<Quota> quotas = {};  // that the reply's headers told
  bool ok() const { return failure == SendFailure::kNone; }
};

class StreamSink;  // stream.h

// One provider with one credential, for one call. Lives on the call's loop.
class Upstream {
 public:
  virtual ~Upstream() = default;
  // The bytes that `request` becomes; no I/O. InvalidArgument: extra_body does not fit.
  virtual absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const = 0;
  // Sends once; never retries. Cancelled through the coroutine's slot, in any phase.
  virtual Task<SendResult> Send(const WireRequest& request, const SendTimers& timers) = 0;

  // The most tokens that the model of `request` answers with; 0: nobody knows.
  virtual std::int64_t MaxOutputTokens(const ChatRequest&) const { return 0; }

  // Stream hands replies over while they come. Its requests are then encoded with `stream`.
  virtual bool streams() const { return false; }
  // Send, but tells `sink` what the reply adds as it comes; the result has the reply, too. Without
  // streams() all of it is told at once. A stream that `sink` stopped ends with whatever result.
  virtual Task<SendResult> Stream(
      const WireRequest& request, const SendTimers& timers, StreamSink& sink
  );
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_CHAT_UPSTREAM_H_
