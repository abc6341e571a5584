#include "server/engine/run/turn_request.h"

#include <string_view>
#include <utility>
#include <vector>

#include "server/base/error.h"
#include "server/base/strings.h"
#include "server/engine/stream/continuation.h"
#include "server/engine/stream/streamed_send.h"

namespace extractd {
namespace {

constexpr std::string_view kTraceparent = "traceparent";

}  // namespace

void TurnRequest::Correct(const ChatReply& reply, const schema::IssueList& feedback) {
  const Plan& plan = *run_.plan;
  feedback_ = feedback;
  if (run_.items_told() > 0) return;
  // Where calls stay accepted, the model must see every turn; else the last one is enough.
  if (plan.tools.empty() || !corrected_) request_ = plan.request;
  plan.handler->mode->Reask(reply, feedback, request_);
  corrected_ = true;
}

void TurnRequest::Ask(ChatRequest request) {
  request_ = std::move(request);
  corrected_ = true;
}

// What is asked, where it is not just what the plan asks.
void TurnRequest::Shape(bool as_planned) {
  const ChatRequest& planned = run_.plan->request;
  if (run_.items_told() > 0) {
    request_ = planned;
    request_.messages.push_back(
        {.text = AskForTheRest(run_.tools.stream->items.all(), std::exchange(feedback_, {}))}
    );
  } else if (!corrected_ && !as_planned) {
    request_ = planned;
    if (told_ > 0) {
      request_.messages.push_back({.text = AskForFurtherCalls(run_.tools.stream->items.all())});
    }
  }
  if (limit_.has_value()) request_.generation.max_output_tokens = limit_;
}

bool TurnRequest::Encode() {
  const Plan& plan = *run_.plan;
  const bool streams = run_.tools.stream != nullptr && plan.upstream->streams() &&
                       StreamsAnswers(plan) && !run_.asks_for_part;
  told_ = run_.items_told() + run_.calls_told();
  const bool as_planned = !corrected_ && !streams && told_ == 0 && !limit_.has_value();
  Shape(as_planned);
  request_.stream = streams;
  absl::StatusOr<WireRequest> wire = plan.upstream->Encode(as_planned ? plan.request : request_);
  if (!wire.ok()) {
    const bool known = DetailsOf(wire.status()).has_value();
    run_.End(known ? wire.status() : MakeError(Reason::kInternal, Std(wire.status().message())));
    return false;
  }
  wire_ = *std::move(wire);
  return true;
}

void TurnRequest::Mark(const std::string& traceparent, ReplyTap* tap) {
  wire_.tap = tap;
  std::erase_if(wire_.headers, [](const WireHeader& header) {
    return header.name == kTraceparent;
  });
  if (!traceparent.empty()) wire_.headers.push_back({std::string(kTraceparent), traceparent});
}

}  // namespace extractd
