#include "server/service/callers/gate.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "server/base/error.h"
#include "server/service/callers/asked_priority.h"
#include "server/service/rpc/rpc_endings.h"
#include "server/service/rpc/rpc_status.h"
#include "server/service/rpc/unary.h"

namespace extractd {
namespace {

// "ipv4:10.0.0.7:40312" → "ipv4:10.0.0.7"
std::string HostOf(const std::string& peer) {
  return peer.substr(0, peer.rfind(':'));
}

Admission::Request RequestOf(const Rpc& rpc, std::optional<Priority> asked) {
  const Principal* const caller = rpc.caller().get();
  Admission::Request request = {
      .priority = GrantedPriority(asked, caller), .deadline = rpc.deadline()
  };
  if (caller != nullptr) {
    request.caller = caller->name;
    request.max_calls = caller->bounds.calls;
  }
  return request;
}

}  // namespace

std::vector<RpcMethod> Gate::Guard(std::vector<RpcMethod> methods) {
  for (RpcMethod& method : methods) {
    const Traits traits = {.name = method.name, .asks_providers = method.asks_providers};
    if (method.handler) {
      method.handler = [this, traits, inner = std::move(method.handler)](Rpc& rpc) {
        return Serve(rpc, traits, inner);
      };
    } else if (method.dialog_handler) {
      method.dialog_handler = [this, traits, inner = std::move(method.dialog_handler)](
                                  DialogRpc& rpc
                              ) { return ServeStream(rpc, traits, inner); };
    } else {
      method.stream_handler = [this, traits, inner = std::move(method.stream_handler)](
                                  StreamRpc& rpc
                              ) { return ServeStream(rpc, traits, inner); };
    }
  }
  return methods;
}

// No coroutine of its own: a call that may enter at once costs no more than before.
Task<RpcResult> Gate::Serve(Rpc& rpc, const Traits& traits, const RpcHandler& handler) {
  absl::Status known = Identify(rpc);
  if (!known.ok()) return Refused(rpc, traits, std::move(known));
  return HasRoom(rpc, traits) ? handler(rpc) : ServeLater(rpc, traits, handler);
}

Task<RpcResult> Gate::ServeLater(Rpc& rpc, const Traits& traits, const RpcHandler& handler) {
  absl::Status entered = co_await AwaitRoom(rpc, traits);
  if (!entered.ok()) co_return co_await Refused(rpc, traits, std::move(entered));
  co_return co_await handler(rpc);
}

Task<RpcResult> Gate::Refused(Rpc& rpc, const Traits& traits, absl::Status status) {
  NoteRefusal(rpc, status);
  co_return Refuse(rpc, traits.name, status, recorder_);
}

template <class Call, class Handler>
Task<grpc::Status> Gate::ServeStream(Call& rpc, const Traits& traits, const Handler& handler) {
  absl::Status known = Identify(rpc);
  if (!known.ok()) return RefusedStream(rpc, traits, std::move(known));
  return HasRoom(rpc, traits) ? handler(rpc) : ServeStreamLater(rpc, traits, handler);
}

template <class Call, class Handler>
Task<grpc::Status> Gate::ServeStreamLater(Call& rpc, const Traits& traits, const Handler& handler) {
  absl::Status entered = co_await AwaitRoom(rpc, traits);
  if (!entered.ok()) co_return co_await RefusedStream(rpc, traits, std::move(entered));
  co_return co_await handler(rpc);
}

Task<grpc::Status> Gate::RefusedStream(StreamRpc& rpc, const Traits& traits, absl::Status status) {
  NoteRefusal(rpc, status);
  recorder_.OnRefused(traits.name, rpc, status);
  co_return ToGrpcStatus(status, rpc.id());
}

absl::Status Gate::Identify(Rpc& rpc) {
  absl::StatusOr<PrincipalPtr> caller = shared_.callers.Identify(rpc.context());
  if (!caller.ok()) return Slowed(rpc, caller.status());
  rpc.set_caller(*std::move(caller));
  return absl::OkStatus();
}

absl::Status Gate::Slowed(const Rpc& rpc, absl::Status unknown) {
  if (shared_.guesses.Allow(HostOf(rpc.context().peer()), shared_.clock.Now())) return unknown;
  return MakeError(
      {.reason = Reason::kRateLimited, .retry_after = GuessThrottle::kWindow},
      "too many calls with wrong credentials"
  );
}

bool Gate::HasRoom(Rpc& rpc, const Traits& traits) {
  if (!traits.asks_providers) return true;
  Admission::Place place = shared_.admission.TryEnter(RequestOf(rpc, std::nullopt));
  if (!place) return false;
  rpc.set_place(std::move(place));
  return true;
}

Task<absl::Status> Gate::AwaitRoom(Rpc& rpc, const Traits& traits) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const SteadyTime begin = shared_.clock.Now();
  const Admission::Request request = RequestOf(rpc, AskedPriority(traits.name, rpc.request()));
  absl::StatusOr<Admission::Place> place = co_await shared_.admission.Wait(request);
  const auto waited = std::chrono::duration<double>(shared_.clock.Now() - begin);
  shared_.metrics.queue_wait.Observe({}, waited.count());
  if (place.ok()) {
    rpc.set_place(*std::move(place));
    co_return absl::OkStatus();
  }
  co_return ToldEnding(rpc, place.status());
}

// Counts what admission turned away, and asks the caller's retry policy to wait as long as we do.
void Gate::NoteRefusal(Rpc& rpc, const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value() || details->reason != Reason::kOverloaded) return;
  shared_.metrics.admission_rejected.Add({details->metadata.front().second});
  if (!details->retry_after.has_value()) return;
  rpc.AddTrailer("grpc-retry-pushback-ms", std::to_string(details->retry_after->count()));
}

}  // namespace extractd
