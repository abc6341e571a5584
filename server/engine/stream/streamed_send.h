// StreamedSend: one send whose answer is shown while it comes. It keeps what came, since a stream
// that ends early has no other reply.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_STREAMED_SEND_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_STREAMED_SEND_H_

#include <string>
#include <string_view>
#include <vector>

#include "server/base/task.h"
#include "server/chat/stream.h"
#include "server/chat/upstream.h"
#include "server/engine/attempt.h"
#include "server/engine/plan.h"
#include "server/engine/stream/extraction_stream.h"
#include "server/engine/stream/json_end.h"
#include "server/engine/stream/partial_answer.h"

namespace extractd {

class StreamedSend final : public StreamSink {
 public:
  // All outlive this. `may_stop`: an answer that cannot become valid any more may be stopped, as
  // another can be asked for.
  StreamedSend(const Plan& plan, ExtractionStream& stream, bool may_stop);

  // Tells the calls of several tools as they end. Not while calls that were rejected have their
  // places among them: then the end tells all.
  void TellCalls() { tells_calls_ = !plan_.tools.empty() && stream_.tells_items; }

  // Sends `wire`, as `attempt`. A stream that was stopped ends as a reply of what had come. The
  // tokens of a stream that broke off are estimated, as far as they were not reported.
  Task<SendResult> Run(const WireRequest& wire, const SendTimers& timers, const Attempt& attempt);

  // Something of the answer came.
  bool started() const { return started_; }
  // The answer was stopped, since it could not become valid; `issues` say why.
  bool stopped() const { return stopped_; }
  const schema::IssueList& issues() const { return partial_.hopeless(); }

  // The answer is `json`, or with nothing there is none: tells what is missing.
  void Settle(std::string_view json, const Attempt& attempt);
  // The answer has these items: tells those that are missing. False: it takes back what was told.
  bool SettleItems(const std::vector<Item>& items, const Attempt& attempt);

  void OnText(std::string_view piece) override;
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override;
  void OnThinking(std::string_view piece) override;
  Wish OnPieceEnd() override;

 private:
  void Start();
  void Tell(const PartialOp& op);
  // The answer's own text goes through here, and is kept there.
  void Feed(std::string_view piece);
  // Tells the calls that have ended, from the first to the last before one that is not valid.
  void TellEndedCalls();
  // What had come, as a reply.
  ChatReply ReplySoFar() const;
  void EstimateUsage(const WireRequest& wire, Usage& usage) const;

  const Plan& plan_;
  ExtractionStream& stream_;
  const bool may_stop_;
  const bool in_arguments_;  // the answer is the argument text of the first tool call
  const bool shows_partials_;
  const Attempt* attempt_ = nullptr;
  PartialAnswer partial_;
  std::string text_;                // what else the model said, and all of it if it is not shown
  std::vector<ToolCall> calls_;     // the same
  std::vector<JsonEnd> call_ends_;  // of their arguments
  size_t next_call_ = 0;            // to be told
  bool tells_calls_ = false;
  std::string thinking_;
  size_t thinking_told_ = 0;
  bool started_ = false;
  bool gave_up_ = false;
  bool stopped_ = false;
};

// The provider can be asked for a stream of what `plan` asks for: some take none of an answer whose
// format they enforce. Such an answer comes whole.
bool StreamsAnswers(const Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_STREAMED_SEND_H_
