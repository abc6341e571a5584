// ExtractStream: the same call as Extract, seen while the model writes.
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "google/rpc/status.pb.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/service/extract_request.h"
#include "server/service/extract_response.h"
#include "server/service/extraction_service.h"
#include "server/service/messages.h"
#include "server/service/rpc_status.h"
#include "server/service/stream/event_writer.h"
#include "server/service/stream/stream_options.h"
#include "server/service/wire_check.h"

namespace extractd {
namespace {

constexpr std::string_view kExtractStream = "ExtractStream";

// The status that ends the RPC, as a message: without ExtractionFailure, which stands beside it.
void FillStatus(const absl::Status& status, const std::string& id, google::rpc::Status& out) {
  out.ParseFromString(ToGrpcStatus(status, id).error_details());
}

absl::Status SlowReaderError(std::chrono::milliseconds limit) {
  const std::string text = std::to_string(limit.count());
  return MakeError(
      {.reason = Reason::kSlowReader,
       .metadata = {{"limit", text}, {"flag", "slow_reader_timeout_ms"}}},
      fmt::format("the caller did not take a message of its stream for {} ms", text)
  );
}

}  // namespace

struct ExtractionMethods::StreamCall {
  StreamOptions options = {};
  ExtractCall call = {};
  AnswerTypes types = {};
};

absl::StatusOr<ExtractionMethods::StreamCall> ExtractionMethods::ReadStream(StreamRpc& rpc) {
  v1::ExtractStreamRequest request;
  RETURN_IF_ERROR(ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request));
  StreamCall read;
  ASSIGN_OR_RETURN(read.options, ReadStreamOptions(request));
  absl::StatusOr<ExtractCall> call = ToTypedCall(request.request(), read.types);
  if (!call.ok()) return WithOuterField(call.status(), "request");
  read.call = *std::move(call);
  if (!read.call.fallbacks.empty()) {
    return InvalidRequest({{"request.routing", "is not served in streams: use Extract"}});
  }
  read.call.request_id = rpc.id();
  read.call.caller = rpc.caller();
  read.call.deadline = rpc.deadline();
  return read;
}

Task<grpc::Status> ExtractionMethods::ExtractStream(StreamRpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const SteadyTime begin = shared_.clock.Now();
  absl::StatusOr<StreamCall> read = ReadStream(rpc);
  if (!read.ok()) co_return co_await RefuseStream(rpc, read.status());
  absl::StatusOr<std::unique_ptr<Plan>> made =
      co_await planner_.MakePlan(std::move(read->call), shared_.call_settings());
  if (!made.ok()) {
    co_return co_await RefuseStream(rpc, WithOuterField(made.status(), "request"));
  }
  Plan& plan = **made;
  recorder_.OnPlanned(plan);
  plan.prepare_time = shared_.clock.Now() - begin;

  const auto slow_after = shared_.config()->slow_reader_timeout;
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  EventWriter events(rpc, loop, read->options, slow_after);
  ExtractionTools tools = Tools();
  tools.replan = [this, &rpc] { return ReplanStream(rpc); };
  Extraction extraction = co_await extractd::Extract(plan, std::move(tools), &events);
  if (events.slow() && absl::IsCancelled(extraction.status)) {
    extraction.status = SlowReaderError(slow_after);
  }
  const auto total = Close(rpc, extraction, begin);
  const Plan& sent = extraction.LastPlan(plan);
  v1::ExtractStreamResponse last;
  if (extraction.status.ok()) {
    FillResponse(sent, extraction, read->types, total, *last.mutable_result());
    co_await events.Finish(std::move(last));
    co_return grpc::Status::OK;
  }
  v1::ExtractionFailure in_trailers;
  ToMessage(extraction, in_trailers);
  v1::Failure& failure = *last.mutable_failure();
  FillStatus(extraction.status, rpc.id(), *failure.mutable_status());
  ToWholeMessage(extraction, *failure.mutable_failure());
  co_await events.Finish(std::move(last));
  if (extraction.retries_exhausted) rpc.AddTrailer("grpc-retry-pushback-ms", "-1");
  co_return ToGrpcStatus(extraction.status, rpc.id(), &in_trailers);
}

Task<absl::StatusOr<std::unique_ptr<Plan>>> ExtractionMethods::ReplanStream(StreamRpc& rpc) {
  CO_ASSIGN_OR_RETURN(StreamCall read, ReadStream(rpc));
  co_return co_await planner_.MakePlan(std::move(read.call), shared_.call_settings());
}

Task<grpc::Status> ExtractionMethods::RefuseStream(StreamRpc& rpc, absl::Status status) {
  recorder_.OnRefused(kExtractStream, rpc, status);
  v1::ExtractStreamResponse last;
  FillStatus(status, rpc.id(), *last.mutable_failure()->mutable_status());
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  EventWriter events(rpc, loop, {}, shared_.config()->slow_reader_timeout);
  co_await events.Finish(std::move(last));
  co_return ToGrpcStatus(status, rpc.id());
}

}  // namespace extractd
