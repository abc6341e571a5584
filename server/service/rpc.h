// One unary RPC as its handler sees it: the request's bytes in, a status and the reply's bytes out.
// Everything here runs on the loop that the RPC was given to.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_H_
#define EXTRACTD_SERVER_SERVICE_RPC_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "server/base/clock.h"
#include "server/base/task.h"

namespace extractd {

struct RpcResult {
  grpc::Status status = grpc::Status::OK;
  grpc::ByteBuffer body = {};  // with an OK status
};

// Lives until the handler's Task has ended.
class Rpc {
 public:
  virtual ~Rpc() = default;
  virtual grpc::ByteBuffer& request() = 0;
  // Id of this call, in its metadata, logs and errors.
  virtual const std::string& id() const = 0;
  // The caller's deadline, if it has one.
  virtual std::optional<SteadyTime> deadline() const = 0;
  virtual void AddTrailer(std::string_view name, std::string_view value) = 0;
  // The daemon cancelled this RPC because it is shutting down; the caller is still there.
  virtual bool drained() const = 0;
};

// Serves one RPC. The Task's cancellation slot fires when the caller is gone or the daemon drains.
using RpcHandler = std::function<Task<RpcResult>(Rpc& rpc)>;

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_H_
