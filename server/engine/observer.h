// What the engine tells of its work, for logs, metrics and events. Called on the call's loop; must
// not block. No text of prompts, answers or keys is passed, but to an ExchangeTap.
#ifndef EXTRACTD_SERVER_ENGINE_OBSERVER_H_
#define EXTRACTD_SERVER_ENGINE_OBSERVER_H_

#include <memory>

#include "server/chat/upstream.h"
#include "server/engine/attempt.h"
#include "server/engine/plan.h"

namespace extractd {

struct Extraction;

// Sees the bytes of one send. Lives as long as the send.
class ExchangeTap : public ReplyTap {
 public:
  virtual ~ExchangeTap() = default;
  virtual void OnEnd(const SendResult& sent) = 0;
};

class ExtractionObserver {
 public:
  virtual ~ExtractionObserver() = default;
  // A send is about to start, after a wait of `backoff`.
  virtual void OnSend(const Plan& plan, const Attempt& attempt) = 0;
  // Its bytes, if they are wanted; else null. Asked right after OnSend, ended before OnAttempt.
  virtual std::unique_ptr<ExchangeTap> Tap(
      const Plan& /*plan*/, const Attempt& /*attempt*/, const WireRequest& /*request*/
  ) {
    return nullptr;
  }
  // It ended and was judged.
  virtual void OnAttempt(const Plan& plan, const Attempt& attempt) = 0;
  // The call ended.
  virtual void OnExtraction(const Plan& plan, const Extraction& extraction) = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_OBSERVER_H_
