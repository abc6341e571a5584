// RpcCall: one RPC on a completion queue, from the moment that it is asked for.
//
// First it is the poller's; once it was told to a loop it is the loop's, and the poller only takes
// its tags. The last holder deletes it: gRPC's two tags that are outstanding at the end, the loop,
// and a message that is waited for.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_RPC_CALL_H_
#define EXTRACTD_SERVER_SERVICE_RPC_RPC_CALL_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>
#include <grpcpp/server_context.h>

#include "server/base/trace_context.h"
#include "server/service/rpc/queue_tag.h"
#include "server/service/rpc/rpc_server.h"

namespace extractd {

class RpcCall {
 public:
  // Lets gRPC hand over one more RPC of that method. The poller's thread.
  static void AskFor(RpcPoller& poller, size_t method);
  RpcCall(const RpcCall&) = delete;
  RpcCall& operator=(const RpcCall&) = delete;

  // The loop's thread, all of these.
  void Begin();
  void Cancel();
  void CancelForDrain();
  // The message that was handed over was taken, or never will be.
  virtual void OnWritten(bool taken) = 0;
  // The message that was waited for came, or none will any more.
  virtual void OnRead(bool /*came*/) {}
  // One holder less.
  void Release();
  RpcCall* next() const { return next_; }

 protected:
  RpcCall(RpcPoller& poller, size_t method);
  virtual ~RpcCall();

  // Starts the handler, which ends with Finish.
  virtual void Serve() = 0;
  // The handler has ended with `code`: nothing can be cancelled any more.
  void BeginToFinish(grpc::StatusCode code);
  // The status, and all before it, was handed to gRPC, which reports on finished_tag().
  void EndFinishing();

  const RpcMethod& method() const;
  asio::io_context& loop() const { return worker_->loop_; }
  grpc::ServerCompletionQueue& queue() const { return poller_.queue(); }
  void* arrived_tag() { return arrived_.address(); }
  void* finished_tag() { return finished_.address(); }
  void* written_tag() { return written_.address(); }
  // A message is waited for: gRPC holds the call until it reports on this.
  void* read_tag() {
    ++holders_;
    return read_.address();
  }

  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  asio::cancellation_signal cancel_;
  bool drained_ = false;
  std::optional<SteadyTime> deadline_;
  std::string id_;
  std::shared_ptr<const Principal> caller_;
  TraceContext trace_;
  Admission::Place place_;

 private:
  // The poller's thread.
  void OnArrived(bool ok);
  void OnDone(bool ok);
  void OnWriteEvent(bool ok);
  void OnReadEvent(bool ok);
  void OnFinished(bool ok);

  std::optional<SteadyTime> ReadDeadline() const;
  void Link();
  void Unlink();

  RpcPoller& poller_;
  const size_t method_;
  RpcWorker* worker_ = nullptr;
  MemberTag<RpcCall, &RpcCall::OnArrived> arrived_{this};
  MemberTag<RpcCall, &RpcCall::OnDone> done_{this};
  MemberTag<RpcCall, &RpcCall::OnWriteEvent> written_{this};
  MemberTag<RpcCall, &RpcCall::OnFinished> finished_{this};
  MemberTag<RpcCall, &RpcCall::OnReadEvent> read_{this};
  std::atomic<int> holders_ = 3;
  bool answered_ = false;
  SteadyTime begin_;
  RpcCall* next_ = nullptr;
  RpcCall* previous_ = nullptr;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_RPC_CALL_H_
