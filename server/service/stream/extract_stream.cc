// ExtractStream: the same call as Extract, seen while the model writes.
#include <algorithm>
#include <utility>

#include "google/rpc/status.pb.h"
#include "server/base/run_on_pool.h"
#include "server/base/status_macros.h"
#include "server/engine/fallback.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/extraction/extract_response.h"
#include "server/service/extraction/extraction_service.h"
#include "server/service/extraction/messages.h"
#include "server/service/rpc/rpc_endings.h"
#include "server/service/rpc/rpc_status.h"
#include "server/service/rpc/wire_check.h"
#include "server/service/stream/stream_call.h"

namespace extractd {
namespace {

constexpr std::string_view kExtractStream = "ExtractStream";

// The status that ends the RPC, as a message: without ExtractionFailure, which stands beside it.
void FillStatus(const absl::Status& status, const std::string& id, google::rpc::Status& out) {
  out.ParseFromString(ToGrpcStatus(status, id).error_details());
}

}  // namespace

absl::StatusOr<StreamCall> ExtractionMethods::ReadStream(StreamRpc& rpc) {
  v1::ExtractStreamRequest request;
  RETURN_IF_ERROR(ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request));
  StreamCall read;
  ASSIGN_OR_RETURN(read.options, ReadStreamOptions(request));
  absl::StatusOr<ExtractCall> call = ReadCall(rpc, request.request(), read.types);
  if (!call.ok()) return WithOuterField(call.status(), "request");
  read.call = *std::move(call);
  return read;
}

Task<grpc::Status> ExtractionMethods::ExtractStream(StreamRpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const SteadyTime begin = shared_.clock.Now();
  absl::StatusOr<StreamCall> read = ReadStream(rpc);
  if (IsPostponed(read.status())) {
    co_await RunOnPool(shared_.pool, [&] { read = ReadStream(rpc); });
  }
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  const StreamOptions options = read.ok() ? read->options : StreamOptions();
  EventWriter events(rpc, loop, options, shared_.config()->slow_reader_timeout);
  const OpenStream stream = {rpc, events, kExtractStream, begin};
  if (!read.ok()) co_return co_await RefuseStream(stream, read.status());
  events.set_types(&read->types);
  ExtractionTools tools = Tools();
  tools.stream = &events;
  absl::StatusOr<Course> course =
      co_await RunStream(std::move(read->call), std::move(tools), begin);
  if (!course.ok()) {
    const absl::Status refused = WithOuterField(course.status(), "request");
    co_return co_await RefuseStream(stream, refused);
  }
  co_return co_await EndStream(stream, *course, read->types);
}

Task<absl::StatusOr<Course>> ExtractionMethods::RunStream(
    ExtractCall call, ExtractionTools tools, SteadyTime begin
) {
  const auto on_planned = [this, begin](Plan& plan) {
    recorder_.OnPlanned(plan);
    plan.prepare_time = shared_.clock.Now() - begin;
  };
  co_return co_await ExtractWithFallbacks(
      planner_, std::move(call), shared_.call_settings(), std::move(tools), on_planned
  );
}

Task<grpc::Status> ExtractionMethods::EndStream(
    const OpenStream& stream, Course& course, const AnswerTypes& types
) {
  Extraction& extraction = course.extraction;
  if (stream.events.slow() && absl::IsCancelled(extraction.status)) {
    extraction.status = SlowReaderError(shared_.config()->slow_reader_timeout);
  }
  const auto total = Close(stream.rpc, extraction, stream.begin);
  if (!extraction.status.ok()) co_return co_await FailStream(stream, extraction);
  v1::ExtractStreamResponse last;
  v1::ExtractResponse& result = *last.mutable_result();
  FillResponse(*course.plan, extraction, types, total, result);
  const auto told = static_cast<int>(stream.events.items.all().size());
  result.mutable_items()->DeleteSubrange(0, std::min(told, result.items_size()));
  co_await stream.events.Finish(std::move(last));
  co_return grpc::Status::OK;
}

Task<grpc::Status> ExtractionMethods::FailStream(
    const OpenStream& stream, const Extraction& extraction
) {
  v1::ExtractStreamResponse last;
  v1::ExtractionFailure in_trailers;
  ToMessage(extraction, in_trailers);
  v1::Failure& failure = *last.mutable_failure();
  FillStatus(extraction.status, stream.rpc.id(), *failure.mutable_status());
  ToWholeMessage(extraction, *failure.mutable_failure());
  co_await stream.events.Finish(std::move(last));
  if (extraction.retries_exhausted) stream.rpc.AddTrailer("grpc-retry-pushback-ms", "-1");
  co_return ToGrpcStatus(extraction.status, stream.rpc.id(), &in_trailers);
}

Task<grpc::Status> ExtractionMethods::RefuseStream(const OpenStream& stream, absl::Status status) {
  recorder_.OnRefused(stream.method, stream.rpc, status);
  v1::ExtractStreamResponse last;
  FillStatus(status, stream.rpc.id(), *last.mutable_failure()->mutable_status());
  co_await stream.events.Finish(std::move(last));
  co_return ToGrpcStatus(status, stream.rpc.id());
}

}  // namespace extractd
