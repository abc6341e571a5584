// RpcServer: gRPC's completion queues on one side, loops and coroutines on the other. Each loop has
// one queue with one thread that polls it; an RPC lives on the loop of the queue it came from.
//
// The hand-over is the whole of this class: the poller posts what gRPC reports to the loop, the
// loop calls gRPC directly. Nothing else knows of completion queues.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_SERVER_H_
#define EXTRACTD_SERVER_SERVICE_RPC_SERVER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include "server/service/rpc.h"

namespace extractd {

// One method of a service on one loop.
struct RpcMethod {
  // Asks gRPC for the next RPC of this method; generated services have such a call.
  using RequestNext = std::function<void(
      grpc::ServerContext* context,
      grpc::ByteBuffer* request,
      grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* responder,
      grpc::ServerCompletionQueue* queue,
      void* tag
  )>;
  std::string name;  // e.g. "Extract"
  RequestNext request_next;
  RpcHandler handler;
  int waiting = 4;  // RPCs that gRPC may hand over before the loop asks again
};

struct RpcEnd {
  std::string_view method;
  grpc::StatusCode code;
  std::chrono::nanoseconds duration;
};

// Told about every RPC, on its loop.
class RpcObserver {
 public:
  virtual ~RpcObserver() = default;
  virtual void OnRpcStart() = 0;
  virtual void OnRpcEnd(const RpcEnd& end) = 0;
};

// The RPCs of one loop. Create before the server is built, Start after it.
class RpcWorker {
 public:
  // `loop` runs on a thread of its own; it and `observer` outlive the worker.
  RpcWorker(
      asio::io_context& loop,
      std::unique_ptr<grpc::ServerCompletionQueue> queue,
      RpcObserver& observer
  );
  ~RpcWorker();
  RpcWorker(const RpcWorker&) = delete;
  RpcWorker& operator=(const RpcWorker&) = delete;

  // Takes calls from now on.
  void Start(std::vector<RpcMethod> methods);
  // Cancels every RPC that is still served; each may still answer. Any thread.
  void CancelAll();
  // Waits until every RPC has ended. REQUIRES: the server was shut down.
  void Stop();

  std::int64_t active() const { return active_.load(); }

 private:
  class Call;
  struct Event;
  void Poll();
  void Deliver(const std::vector<Event>& events);

  asio::io_context& loop_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  RpcObserver& observer_;
  std::vector<RpcMethod> methods_;
  Call* first_ = nullptr;  // RPCs being served; the loop's thread only
  std::atomic<std::int64_t> active_ = 0;
  std::thread poller_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_SERVER_H_
