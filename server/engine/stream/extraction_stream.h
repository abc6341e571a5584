// ExtractionStream: who is told of an extraction while it runs. Called on the call's loop, between
// sends and within them; must not block.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_EXTRACTION_STREAM_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_EXTRACTION_STREAM_H_

#include <chrono>
#include <string_view>
#include <utility>

#include "server/chat/stream.h"
#include "server/engine/attempt.h"
#include "server/engine/plan.h"
#include "server/engine/stream/partial_op.h"
#include "server/engine/stream/shown_value.h"
#include "server/engine/stream/told_items.h"

namespace extractd {

// The order: OnStarted, (OnOp | OnItem | OnThinking | OnPieceEnd)*, then OnRetrying, after which
// all that was told is void but for items, or OnEnded. Where the call goes on with another target,
// OnRetrying follows that, and all begins again.
class ExtractionStream {
 public:
  // An attempt has its first piece. Of one that never gets one, nothing is told.
  virtual void OnStarted(const Plan& plan, const Attempt& attempt) = 0;
  virtual void OnOp(const PartialOp& op) = 0;
  // One more item of a list, valid and final: it stays whatever happens. `index`: among all of
  // them.
  virtual void OnItem(const Item& item, size_t index) = 0;
  // What the model thinks; whole characters. Only if the caller asked for it.
  virtual void OnThinking(std::string_view text) = 0;
  // All that one piece from the provider brought was told. `shown` is what is shown now; it stays
  // there, and grows, until the attempt is over.
  virtual StreamSink::Wish OnPieceEnd(const ShownValue& shown) = 0;
  // The attempt failed and is followed by another, after that wait.
  virtual void OnRetrying(
      const Plan& plan, const Attempt& attempt, std::chrono::milliseconds backoff
  ) = 0;
  // The target has no further attempt. What is shown is there no longer.
  virtual void OnEnded() = 0;

  // Takes back the wish to pause; not from within the functions above.
  void Resume() {
    if (sink_ != nullptr) sink_->Resume();
  }
  // For the engine: which send runs; null: none.
  void set_sink(StreamSink* sink) { sink_ = sink; }

  // Stop an answer as soon as it can no longer become valid.
  bool stops_hopeless = true;
  // Let `shown` know the complete paths.
  bool wants_complete_paths = false;
  // Tell the items of lists. Without, they are part of the answer, and can be taken back with it.
  bool tells_items = true;
  // For the engine: the items that were told, over all attempts and targets.
  ToldItems items = {};

 protected:
  ~ExtractionStream() = default;

 private:
  StreamSink* sink_ = nullptr;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_EXTRACTION_STREAM_H_
