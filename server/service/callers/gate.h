// Gate: what every call of the API passes before its handler: whose it is. Health, reflection and
// the admin pages do not pass here. One for each loop.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_GATE_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_GATE_H_

#include <memory>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "server/base/task.h"
#include "server/service/call_recorder.h"
#include "server/service/rpc_server.h"
#include "server/service/shared_state.h"

namespace extractd {

class Gate {
 public:
  // Both outlive this.
  Gate(SharedState& shared, CallRecorder& recorder) : shared_(shared), recorder_(recorder) {}

  // The methods, behind this gate, which outlives them.
  std::vector<RpcMethod> Guard(std::vector<RpcMethod> methods);

 private:
  Task<RpcResult> Serve(Rpc& rpc, std::string_view method, const RpcHandler& handler);
  Task<grpc::Status> ServeStream(
      StreamRpc& rpc, std::string_view method, const StreamHandler& handler
  );
  absl::Status Enter(Rpc& rpc);
  absl::Status Slowed(const Rpc& rpc, absl::Status unknown);
  Task<RpcResult> Refused(Rpc& rpc, std::string_view method, absl::Status status);
  Task<grpc::Status> RefusedStream(StreamRpc& rpc, std::string_view method, absl::Status status);

  SharedState& shared_;
  CallRecorder& recorder_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_GATE_H_
