// ExtractInteractive: the same call as ExtractStream, whose caller has the last word on answers.
#include <utility>

#include "server/base/run_on_pool.h"
#include "server/base/status_macros.h"
#include "server/engine/fallback.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/extraction/extract_response.h"
#include "server/service/extraction/extraction_service.h"
#include "server/service/stream/review_desk.h"
#include "server/service/stream/stream_call.h"

namespace extractd {
namespace {

constexpr std::string_view kExtractInteractive = "ExtractInteractive";

}  // namespace

absl::StatusOr<StreamCall> ExtractionMethods::ReadInteractive(
    const DialogRpc& rpc, const v1::InteractiveStart& start
) {
  StreamCall read;
  ASSIGN_OR_RETURN(read.options, ReadStreamOptions(start));
  if (start.request().priority() != v1::PRIORITY_UNSPECIFIED) {
    return InvalidRequest(
        {{"start.request.priority",
          "a dialog waits before its request is read: leave it out, its principal's counts"}}
    );
  }
  absl::StatusOr<ExtractCall> call = ReadCall(rpc, start.request(), read.types);
  if (!call.ok()) return WithOuterField(call.status(), "start.request");
  read.call = *std::move(call);
  return read;
}

Task<grpc::Status> ExtractionMethods::ExtractInteractive(DialogRpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const SteadyTime begin = shared_.clock.Now();
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  ReviewDesk desk(rpc, loop, shared_.config()->max_request_bytes);
  absl::StatusOr<v1::InteractiveStart> start = co_await desk.ReadStart();
  absl::StatusOr<StreamCall> read =
      start.ok() ? ReadInteractive(rpc, *start) : absl::StatusOr<StreamCall>(start.status());
  if (IsPostponed(read.status())) {
    co_await RunOnPool(shared_.pool, [&] { read = ReadInteractive(rpc, *start); });
  }
  const StreamOptions options = read.ok() ? read->options : StreamOptions();
  EventWriter events(rpc, loop, options, shared_.config()->slow_reader_timeout);
  const OpenStream stream = {rpc, events, kExtractInteractive, begin};
  if (!read.ok()) co_return co_await RefuseStream(stream, read.status());
  events.tells_items = false;
  const auto present = [&](int number, const Candidate& candidate) {
    v1::Candidate out;
    out.set_number(number);
    out.set_reasks_left(candidate.reasks_left);
    const auto total = shared_.clock.Now() - begin;
    v1::ExtractResponse& response = *out.mutable_response();
    FillResponse(candidate.plan, candidate.extraction, read->types, total, response);
    events.SendCandidate(std::move(out));
  };
  desk.Open(present, options.review_timeout);
  ExtractionTools tools = Tools();
  tools.stream = options.partials ? &events : nullptr;
  tools.reviewer = &desk;
  absl::StatusOr<Course> course =
      co_await RunStream(std::move(read->call), std::move(tools), begin);
  if (!course.ok()) {
    const absl::Status refused = WithOuterField(course.status(), "start.request");
    co_return co_await RefuseStream(stream, refused);
  }
  const bool faulty = !desk.fault().ok() && absl::IsCancelled(course->extraction.status);
  if (faulty && !rpc.drained()) course->extraction.status = desk.fault();
  co_return co_await EndStream(stream, *course, read->types);
}

}  // namespace extractd
