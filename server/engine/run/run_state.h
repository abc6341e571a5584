// RunState: what the parts of one running call share: the send loop, the judge of its turns and the
// requests that they lead to.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_RUN_STATE_H_
#define EXTRACTD_SERVER_ENGINE_RUN_RUN_STATE_H_

#include <chrono>
#include <optional>
#include <utility>

#include "server/engine/extraction.h"
#include "server/engine/stream/streamed_send.h"

namespace extractd {

struct RunState {
  RunState(const Plan& first, ExtractionTools given) : plan(&first), tools(std::move(given)) {}
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

  const Plan* plan;  // the caller's, or the last of result.replans
  ExtractionTools tools;
  Extraction result = {};
  int turn = 0;                               // from 1
  std::optional<StreamedSend> streamed = {};  // the last send
  // Of the turn that is asked, unless it is the first.
  AttemptKind turn_kind = AttemptKind::kReask;
  // The turn asks for a part of the answer, which is shown when the whole is put together.
  bool asks_for_part = false;

  std::chrono::milliseconds Left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        plan->deadline - tools.clock.Now()
    );
  }
  bool AttemptsLeft() const {
    return static_cast<int>(result.attempts.size()) < plan->retry.max_attempts;
  }
  void End(absl::Status status) { result.status = std::move(status); }

  // Items that the caller has got, and that answers need not give again.
  size_t items_told() const {
    const bool tells = tools.stream != nullptr && plan->wrapping == schema::Wrapping::kList;
    return tells ? tools.stream->items.all().size() : 0;
  }
  // Calls of several tools that the caller has got.
  size_t calls_told() const {
    const bool tells = tools.stream != nullptr && !plan->tools.empty();
    return tells ? tools.stream->items.all().size() : 0;
  }
  // What was shown of the last attempt is void.
  void TellRetrying(std::chrono::milliseconds backoff) {
    if (!streamed.has_value() || !streamed->started()) return;
    tools.stream->OnRetrying(*plan, result.attempts.back(), backoff);
  }
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_RUN_STATE_H_
