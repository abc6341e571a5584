#include "server/service/callers/gate.h"

#include <string>
#include <utility>

#include "server/base/error.h"
#include "server/service/rpc_status.h"
#include "server/service/unary.h"

namespace extractd {
namespace {

// "ipv4:10.0.0.7:40312" → "ipv4:10.0.0.7"
std::string HostOf(const std::string& peer) {
  return peer.substr(0, peer.rfind(':'));
}

}  // namespace

std::vector<RpcMethod> Gate::Guard(std::vector<RpcMethod> methods) {
  for (RpcMethod& method : methods) {
    const std::string& name = method.name;
    if (method.handler) {
      method.handler = [this, name, inner = std::move(method.handler)](Rpc& rpc) {
        return Serve(rpc, name, inner);
      };
    } else {
      method.stream_handler = [this, name, inner = std::move(method.stream_handler)](StreamRpc& rpc
                              ) { return ServeStream(rpc, name, inner); };
    }
  }
  return methods;
}

// No coroutine of its own: a call that may enter costs no more than before.
Task<RpcResult> Gate::Serve(Rpc& rpc, std::string_view method, const RpcHandler& handler) {
  absl::Status entered = Enter(rpc);
  return entered.ok() ? handler(rpc) : Refused(rpc, method, std::move(entered));
}

Task<grpc::Status> Gate::ServeStream(
    StreamRpc& rpc, std::string_view method, const StreamHandler& handler
) {
  absl::Status entered = Enter(rpc);
  return entered.ok() ? handler(rpc) : RefusedStream(rpc, method, std::move(entered));
}

absl::Status Gate::Enter(Rpc& rpc) {
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

Task<RpcResult> Gate::Refused(Rpc& rpc, std::string_view method, absl::Status status) {
  co_return Refuse(rpc, method, status, recorder_);
}

Task<grpc::Status> Gate::RefusedStream(
    StreamRpc& rpc, std::string_view method, absl::Status status
) {
  recorder_.OnRefused(method, rpc, status);
  co_return ToGrpcStatus(status, rpc.id());
}

}  // namespace extractd
