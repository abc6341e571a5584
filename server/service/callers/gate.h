// Gate: what every call of the API passes before its handler: whose it is, and, if it asks
// providers, whether there is room for it. Health, reflection and the admin pages do not pass here.
// One for each loop.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_GATE_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_GATE_H_

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "server/base/task.h"
#include "server/service/call_recorder.h"
#include "server/service/rpc/rpc_server.h"
#include "server/service/shared_state.h"

namespace extractd {

class Gate {
 public:
  // Both outlive this.
  Gate(SharedState& shared, CallRecorder& recorder) : shared_(shared), recorder_(recorder) {}

  // The methods, behind this gate, which outlives them.
  std::vector<RpcMethod> Guard(std::vector<RpcMethod> methods);

 private:
  // What is known of a method besides its handler.
  struct Traits {
    std::string name;
    bool asks_providers;
  };
  Task<RpcResult> Serve(Rpc& rpc, const Traits& traits, const RpcHandler& handler);
  Task<RpcResult> ServeLater(Rpc& rpc, const Traits& traits, const RpcHandler& handler);
  Task<RpcResult> Refused(Rpc& rpc, const Traits& traits, absl::Status status);
  // Of a stream or a dialog.
  template <class Call, class Handler>
  Task<grpc::Status> ServeStream(Call& rpc, const Traits& traits, const Handler& handler);
  template <class Call, class Handler>
  Task<grpc::Status> ServeStreamLater(Call& rpc, const Traits& traits, const Handler& handler);
  Task<grpc::Status> RefusedStream(StreamRpc& rpc, const Traits& traits, absl::Status status);

  absl::Status Identify(Rpc& rpc);
  absl::Status Slowed(const Rpc& rpc, absl::Status unknown);
  // False: there is no room now.
  bool HasRoom(Rpc& rpc, const Traits& traits);
  Task<absl::Status> AwaitRoom(Rpc& rpc, const Traits& traits);
  void NoteRefusal(Rpc& rpc, const absl::Status& status);

  SharedState& shared_;
  CallRecorder& recorder_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_GATE_H_
