// One RPC as its handler sees it: the request's bytes in, and out a status with the reply's bytes,
// or messages one by one and then a status. Everything here runs on the loop that the RPC was given
// to.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_RPC_H_
#define EXTRACTD_SERVER_SERVICE_RPC_RPC_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/functional/any_invocable.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "server/base/clock.h"
#include "server/base/task.h"
#include "server/base/trace_context.h"
#include "server/engine/traffic/admission.h"

namespace extractd {

struct Principal;

// The bytes of a message. gRPC's own type can only be copied, which costs as much as to allocate;
// a reply is moved on some times on its way out of coroutines.
class MessageBytes {
 public:
  MessageBytes() = default;
  MessageBytes(MessageBytes&& other) noexcept { bytes_.Swap(&other.bytes_); }
  MessageBytes& operator=(MessageBytes&& other) noexcept {
    bytes_.Swap(&other.bytes_);
    return *this;
  }
  ~MessageBytes() = default;

  grpc::ByteBuffer& operator*() { return bytes_; }
  const grpc::ByteBuffer& operator*() const { return bytes_; }

 private:
  grpc::ByteBuffer bytes_;
};

struct RpcResult {
  grpc::Status status = grpc::Status::OK;
  MessageBytes body = {};  // with an OK status
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
  // What gRPC knows of the call and its connection.
  virtual const grpc::ServerContext& context() const = 0;
  // Whose call it is, as the gate found; null: anybody's.
  virtual const std::shared_ptr<const Principal>& caller() const = 0;
  virtual void set_caller(std::shared_ptr<const Principal> caller) = 0;
  virtual const TraceContext& trace() const = 0;
  // Its place among the calls that run, which it gives back when it is answered.
  virtual void set_place(Admission::Place place) = 0;
};

// Serves one RPC. The Task's cancellation slot fires when the caller is gone or the daemon drains.
using RpcHandler = std::function<Task<RpcResult>(Rpc& rpc)>;

// A server-streaming RPC.
class StreamRpc : public Rpc {
 public:
  using Written = absl::AnyInvocable<void(bool taken)>;
  // Hands one message over. `written` is called later, when gRPC takes the next: with false, the
  // caller is gone. It is not called any more once the handler's Task has ended. REQUIRES: the
  // message before was taken.
  virtual void Write(grpc::ByteBuffer message, Written written) = 0;
  // Cancels the handler's Task, as if the caller had gone; it may still write.
  virtual void CancelHandler() = 0;
  // Gives the caller up: what waits for it is dropped, and it sees CANCELLED, if anything.
  virtual void Drop() = 0;
};

// An RPC whose caller may send messages, too, as long as it has not closed its side. Its request()
// is empty: the first message comes as all others.
class DialogRpc : public StreamRpc {
 public:
  using Received = absl::AnyInvocable<void(grpc::ByteBuffer* message)>;
  // Waits for the caller's next message. `received` is called later: with null, the caller has
  // closed its side, or is gone. It is not called any more once the handler's Task has ended.
  // REQUIRES: none is waited for.
  virtual void Read(Received received) = 0;
};

// Write for those who have nothing else to do meanwhile. False: the caller is gone.
Task<bool> WriteMessage(StreamRpc& rpc, grpc::ByteBuffer message);

// Serves one streaming RPC; its status follows the last message.
using StreamHandler = std::function<Task<grpc::Status>(StreamRpc& rpc)>;
using DialogHandler = std::function<Task<grpc::Status>(DialogRpc& rpc)>;

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_RPC_H_
