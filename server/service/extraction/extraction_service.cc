#include "server/service/extraction/extraction_service.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include <google/protobuf/arena.h>

#include "extractd/v1/extraction_service.pb.h"
#include "extractd/v1/schema_service.pb.h"
#include "server/base/error.h"
#include "server/base/run_on_pool.h"
#include "server/base/secret.h"
#include "server/base/status_macros.h"
#include "server/engine/fallback.h"
#include "server/engine/strictness.h"
#include "server/schema/wrap/wrap.h"
#include "server/service/extraction/effective_request.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/extraction/extract_response.h"
#include "server/service/extraction/messages.h"
#include "server/service/rpc/rpc_endings.h"
#include "server/service/rpc/rpc_status.h"
#include "server/service/rpc/unary.h"
#include "server/service/rpc/wire_check.h"

namespace extractd {
namespace {

constexpr std::string_view kExtract = "Extract";
constexpr std::string_view kRender = "Render";
constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kAdaptSchema = "AdaptSchema";

// Messages of a usual size, but for their texts, without a call of malloc for each of their parts.
class StackArena {
 public:
  template <class Message>
  Message& Make() {
    return *google::protobuf::Arena::CreateMessage<Message>(&arena_);
  }

 private:
  google::protobuf::ArenaOptions Options() {
    google::protobuf::ArenaOptions options;
    options.initial_block = block_.data();
    options.initial_block_size = block_.size();
    return options;
  }

  alignas(std::max_align_t) std::array<char, 4096> block_;
  google::protobuf::Arena arena_{Options()};
};

// What a response has room for, with the 4 MiB that clients take by default.
constexpr size_t kMaxAdaptedDowngrades = 8000;

// The call whose schema a target would get.
v1::ExtractRequest ProbeOf(v1::AdaptSchemaRequest& request) {
  v1::ExtractRequest probe;
  *probe.mutable_schema() = std::move(*request.mutable_schema());
  v1::Target& target = *request.mutable_target();
  probe.set_model(std::move(*target.mutable_model()));
  probe.set_provider(std::move(*target.mutable_provider()));
  probe.set_mode(target.mode());
  probe.set_mode_name(std::move(*target.mutable_mode_name()));
  probe.set_input("-");
  return probe;
}

void ToMessage(const Plan& plan, v1::AdaptSchemaResponse& out) {
  const schema::LoweredSchema* lowered = plan.lowered;
  out.set_adapted_json_schema(lowered == nullptr ? plan.schema->compact : lowered->lowered.json);
  const bool all = lowered != nullptr && plan.unlisted_downgrades <= kMaxAdaptedDowngrades;
  for (const Downgrade& downgrade : plan.downgrades) {
    if (!all || downgrade.action != kNotListed) ToMessage(downgrade, *out.add_downgrades());
  }
  out.set_prompt_text(plan.schema->outline);
  out.set_mode_name(std::string(plan.mode()));
  if (lowered == nullptr) return;
  const auto add = [&](const schema::lower::Loss& loss) {
    std::string path = schema::CallersSchemaPath(plan.wrapping, loss.pointer);
    ToMessage(
        Downgrade{std::move(path), loss.keyword, loss.action, loss.reason}, *out.add_downgrades()
    );
  };
  // Who asks for the schema itself wants to know all of what it lacks.
  const auto& losses = lowered->lowered.downgrades;
  if (all)
    std::for_each(losses.end() - std::ptrdiff_t(plan.unlisted_downgrades), losses.end(), add);
  std::ranges::for_each(lowered->lowered.narrowings, add);
}

// What a provider would get, without secrets. `signs`: its row has a signer, whose token is made
// anew for each send and not fetched to be shown.
void ToMessage(const WireRequest& wire, bool signs, v1::RenderResponse& out) {
  out.set_http_method(wire.method);
  out.set_url(wire.url);
  bool authorized = false;
  const auto add = [&](std::string_view name, std::string_view value) {
    v1::Header& header = *out.add_headers();
    header.set_name(std::string(name));
    header.set_value(std::string(value));
    authorized = authorized || name == kAuthorization;
  };
  for (const WireHeader& header : wire.headers) {
    add(header.name, header.secret ? Secret::kRedacted : header.value);
  }
  if (signs && !authorized) add(kAuthorization, Secret::kRedacted);
  out.set_body(wire.body);
}

}  // namespace

ExtractionMethods::ExtractionMethods(
    SharedState& shared, UpstreamFactory& upstreams, CallRecorder& recorder
)
    : shared_(shared),
      recorder_(recorder),
      message_types_(shared.schemas, shared.pool),
      planner_(
          {shared.catalog,
           shared.schemas,
           shared.library,
           upstreams,
           shared.clock,
           &shared.lessons,
           &shared.limits}
      ) {}

absl::StatusOr<ExtractCall> ExtractionMethods::ToTypedCall(
    const v1::ExtractRequest& request, AnswerTypes& types
) {
  types = {};
  absl::StatusOr<ExtractCall> call = ToCall(request, types, message_types_);
  if (call.ok()) FindRegisteredTypes(shared_.library, message_types_, *call, types);
  if (types.postponed()) return PostponedError();
  return call;
}

absl::StatusOr<ExtractCall> ExtractionMethods::ReadCall(
    const Rpc& rpc, const v1::ExtractRequest& request, AnswerTypes& types
) {
  absl::StatusOr<ExtractCall> call = ToTypedCall(request, types);
  if (call.ok()) {
    call->request_id = rpc.id();
    call->caller = rpc.caller();
    call->trace = rpc.trace();
    call->deadline = rpc.deadline();
  }
  return call;
}

Task<RpcResult> ExtractionMethods::Extract(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const SteadyTime begin = shared_.clock.Now();
  AnswerTypes types;
  absl::StatusOr<ExtractCall> call = ReadExtract(rpc, types);
  if (IsPostponed(call.status())) {
    co_await RunOnPool(shared_.pool, [&] { call = ReadExtract(rpc, types); });
  }
  if (!call.ok()) co_return Refuse(rpc, kExtract, call.status(), recorder_);
  if (!call->fallbacks.empty()) {
    co_return co_await ExtractAtSeveral(rpc, *std::move(call), types, begin);
  }
  absl::StatusOr<std::unique_ptr<Plan>> plan =
      co_await planner_.MakePlan(*std::move(call), shared_.call_settings());
  if (!plan.ok()) co_return Refuse(rpc, kExtract, plan.status(), recorder_);
  recorder_.OnPlanned(**plan);
  (*plan)->prepare_time = shared_.clock.Now() - begin;
  ExtractionTools tools = Tools();
  tools.replan = [this, &rpc] { return Replan(rpc); };
  Extraction extraction = co_await extractd::Extract(**plan, std::move(tools));
  const Plan& sent = extraction.LastPlan(**plan);
  co_return Answer(rpc, sent, extraction, types, begin);
}

Task<RpcResult> ExtractionMethods::ExtractAtSeveral(
    Rpc& rpc, ExtractCall call, const AnswerTypes& types, SteadyTime begin
) {
  const auto on_planned = [this, begin](Plan& plan) {
    recorder_.OnPlanned(plan);
    plan.prepare_time = shared_.clock.Now() - begin;
  };
  absl::StatusOr<Course> course = co_await ExtractWithFallbacks(
      planner_, std::move(call), shared_.call_settings(), Tools(), on_planned
  );
  if (!course.ok()) co_return Refuse(rpc, kExtract, course.status(), recorder_);
  co_return Answer(rpc, *course->plan, course->extraction, types, begin);
}

ExtractionTools ExtractionMethods::Tools() {
  return {
      .clock = shared_.clock,
      .random = random_,
      .latencies = shared_.latencies,
      .health = shared_.health,
      .observer = recorder_,
      .lessons = &shared_.lessons,
  };
}

Task<absl::StatusOr<std::unique_ptr<Plan>>> ExtractionMethods::Replan(Rpc& rpc) {
  AnswerTypes types;
  absl::StatusOr<ExtractCall> call = ReadExtract(rpc, types);
  if (IsPostponed(call.status())) {
    co_await RunOnPool(shared_.pool, [&] { call = ReadExtract(rpc, types); });
  }
  if (!call.ok()) co_return call.status();
  co_return co_await planner_.MakePlan(*std::move(call), shared_.call_settings());
}

absl::StatusOr<ExtractCall> ExtractionMethods::ReadExtract(Rpc& rpc, AnswerTypes& types) {
  StackArena arena;
  auto& request = arena.Make<v1::ExtractRequest>();
  RETURN_IF_ERROR(ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request));
  return ReadCall(rpc, request, types);
}

RpcResult ExtractionMethods::Answer(
    Rpc& rpc, const Plan& plan, Extraction& extraction, const AnswerTypes& types, SteadyTime begin
) {
  const auto total = Close(rpc, extraction, begin);
  if (!extraction.status.ok()) {
    v1::ExtractionFailure failure;
    ToMessage(extraction, failure);
    if (extraction.retries_exhausted) rpc.AddTrailer("grpc-retry-pushback-ms", "-1");
    return {.status = ToGrpcStatus(extraction.status, rpc.id(), &failure)};
  }
  StackArena arena;
  auto& response = arena.Make<v1::ExtractResponse>();
  FillResponse(plan, extraction, types, total, response);
  return Succeed(response);
}

std::chrono::nanoseconds ExtractionMethods::Close(
    const Rpc& rpc, Extraction& extraction, SteadyTime begin
) {
  extraction.status = ToldEnding(rpc, std::move(extraction.status));
  const auto total = shared_.clock.Now() - begin;
  const auto overhead = std::max(total - extraction.upstream_time, std::chrono::nanoseconds(0));
  shared_.metrics.overhead.Observe({}, std::chrono::duration<double>(overhead).count());
  return total;
}

Task<RpcResult> ExtractionMethods::Render(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::RenderRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kRender, parsed, recorder_);
  AnswerTypes types;
  absl::StatusOr<ExtractCall> call = ReadCall(rpc, request.request(), types);
  if (IsPostponed(call.status())) {
    co_await RunOnPool(shared_.pool, [&] { call = ReadCall(rpc, request.request(), types); });
  }
  if (!call.ok()) co_return Refuse(rpc, kRender, call.status(), recorder_);
  call->dry_run = true;
  const absl::StatusOr<std::unique_ptr<Plan>> made =
      co_await planner_.MakePlan(*std::move(call), shared_.call_settings());
  if (!made.ok()) co_return Refuse(rpc, kRender, made.status(), recorder_);
  const Plan& plan = **made;
  const absl::StatusOr<WireRequest> wire = plan.upstream->Encode(plan.request);
  if (!wire.ok()) co_return Refuse(rpc, kRender, wire.status(), recorder_);

  v1::RenderResponse response;
  ToMessage(*wire, /*signs=*/!plan.handler->row->signer.empty(), response);
  *response.mutable_effective_request() = EffectiveRequest(request.request(), plan);
  for (const Downgrade& downgrade : plan.downgrades)
    ToMessage(downgrade, *response.add_downgrades());
  for (const Warning& warning : plan.warnings) ToMessage(warning, *response.add_warnings());
  co_return Succeed(response);
}

Task<RpcResult> ExtractionMethods::AdaptSchema(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::AdaptSchemaRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kAdaptSchema, parsed, recorder_);
  AnswerTypes types;
  const v1::ExtractRequest probe = ProbeOf(request);
  absl::StatusOr<ExtractCall> call = ReadCall(rpc, probe, types);
  if (IsPostponed(call.status())) {
    co_await RunOnPool(shared_.pool, [&] { call = ReadCall(rpc, probe, types); });
  }
  if (!call.ok()) co_return Refuse(rpc, kAdaptSchema, call.status(), recorder_);
  call->dry_run = true;
  const absl::StatusOr<std::unique_ptr<Plan>> plan =
      co_await planner_.MakePlan(*std::move(call), shared_.call_settings());
  if (!plan.ok()) co_return Refuse(rpc, kAdaptSchema, plan.status(), recorder_);
  v1::AdaptSchemaResponse response;
  ToMessage(**plan, response);
  co_return Succeed(response);
}

}  // namespace extractd
