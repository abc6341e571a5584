// What the engine tells of its work, for logs, metrics and events. Called on the call's loop; must
// not block. No text of prompts, answers or keys is passed.
#ifndef EXTRACTD_SERVER_ENGINE_OBSERVER_H_
#define EXTRACTD_SERVER_ENGINE_OBSERVER_H_

#include <chrono>
#include <string_view>

#include "server/engine/attempt.h"
#include "server/engine/plan.h"

namespace extractd {

struct Extraction;

class ExtractionObserver {
 public:
  virtual ~ExtractionObserver() = default;
  // A send is about to start, after a wait of `backoff`.
  virtual void OnSend(const Plan& plan, const Attempt& attempt) = 0;
  // It ended and was judged.
  virtual void OnAttempt(const Plan& plan, const Attempt& attempt) = 0;
  // The call ended.
  virtual void OnExtraction(const Plan& plan, const Extraction& extraction) = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_OBSERVER_H_
