// gRPC's completion queue on one side, loops and coroutines on the other. One thread polls the one
// queue and gives each RPC to a loop, on which it stays.
//
// A single poller, since gRPC wakes one for what another has found, which costs more than all that
// a poller does itself; what takes time happens on the loops. The hand-over is the whole of this
// file and of rpc_call.h, which has the single RPC: the poller posts RPCs to loops, a loop calls
// gRPC directly. Nothing else knows of calls on completion queues.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_RPC_SERVER_H_
#define EXTRACTD_SERVER_SERVICE_RPC_RPC_SERVER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include "server/service/rpc/rpc.h"

namespace extractd {

// One method of a service, with its handler on one loop: a unary one, one that answers with a
// stream, or one with streams both ways.
struct RpcMethod {
  // Ask gRPC for the next RPC of this method; generated services have such calls.
  using RequestStream = std::function<void(
      grpc::ServerContext* context,
      grpc::ByteBuffer* request,
      grpc::ServerAsyncWriter<grpc::ByteBuffer>* writer,
      grpc::ServerCompletionQueue* queue,
      void* tag
  )>;
  using RequestDialog = std::function<void(
      grpc::ServerContext* context,
      grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>* stream,
      grpc::ServerCompletionQueue* queue,
      void* tag
  )>;
  using RequestNext = std::function<void(
      grpc::ServerContext* context,
      grpc::ByteBuffer* request,
      grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* responder,
      grpc::ServerCompletionQueue* queue,
      void* tag
  )>;
  std::string name;          // e.g. "Extract"
  std::string service = {};  // e.g. "extractd.v1.ExtractionService"
  RequestNext request_next = {};
  RpcHandler handler = {};
  RequestStream request_stream = {};  // these two, or the two above
  StreamHandler stream_handler = {};
  RequestDialog request_dialog = {};  // or these two
  DialogHandler dialog_handler = {};
  bool asks_providers = false;  // admitted only where there is room
  int waiting = 4;              // RPCs that gRPC may hand over before the poller asks again
};

// All that it refers to lives as long as the RPC.
struct RpcEnd {
  std::string_view service;
  std::string_view method;
  grpc::StatusCode code;
  std::chrono::nanoseconds duration;
  std::string_view request_id;
  const TraceContext* trace;
  const Principal* caller;  // null: anybody
};

// Told about every RPC, on its loop.
class RpcObserver {
 public:
  virtual ~RpcObserver() = default;
  // The trace that the RPC is part of, by its metadata.
  virtual TraceContext OnRpcStart(const grpc::ServerContext& context) = 0;
  virtual void OnRpcEnd(const RpcEnd& end) = 0;
};

class RpcCall;

// The RPCs of one loop.
class RpcWorker {
 public:
  // `loop` runs on a thread of its own; it and `observer` outlive the worker.
  RpcWorker(asio::io_context& loop, RpcObserver& observer) : loop_(loop), observer_(observer) {}
  RpcWorker(const RpcWorker&) = delete;
  RpcWorker& operator=(const RpcWorker&) = delete;

  // Before the poller starts; the same methods in the same order for every worker.
  void set_methods(std::vector<RpcMethod> methods) { methods_ = std::move(methods); }
  // Cancels every RPC that is still served; each may still answer. Any thread.
  void CancelAll();
  // RPCs that have arrived and are not over: answered, and the answer is out. Any thread.
  std::int64_t active() const { return active_.load(); }

 private:
  friend class RpcPoller;
  friend class RpcCall;
  // What the poller has to tell about an RPC.
  enum class News : std::uint8_t {
    kArrived,
    kCancelled,
    kWritten,
    kWriteFailed,
    kRead,
    kReadFailed
  };
  struct Item {
    RpcCall* call;
    News news;
  };
  // The poller's thread: what it has to tell goes to the loop in one post.
  void Tell(const Item& item) { untold_.push_back(item); }
  void PostUntold();
  // The loop's thread.
  static void Handle(const std::vector<Item>& items);

  asio::io_context& loop_;
  RpcObserver& observer_;
  std::vector<RpcMethod> methods_;
  std::vector<Item> untold_;  // the poller's thread only
  RpcCall* first_ = nullptr;  // RPCs being served; the loop's thread only
  std::atomic<std::int64_t> active_ = 0;
};

// Takes RPCs from gRPC.
class RpcPoller {
 public:
  // `workers`: at least one; they outlive the poller, and their loops run until it has stopped.
  RpcPoller(std::unique_ptr<grpc::ServerCompletionQueue> queue, std::vector<RpcWorker*> workers);
  ~RpcPoller();
  RpcPoller(const RpcPoller&) = delete;
  RpcPoller& operator=(const RpcPoller&) = delete;

  // Takes calls from now on. REQUIRES: the server was built.
  void Start();
  // Waits until gRPC has let go of every RPC. REQUIRES: the server was shut down.
  void Stop();

  grpc::ServerCompletionQueue& queue() { return *queue_; }

 private:
  friend class RpcCall;
  void Poll();
  void BeginBatch();
  void EndBatch();

  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::vector<RpcWorker*> workers_;
  RpcWorker* newcomers_ = nullptr;  // takes what arrives in this batch
  SteadyTime now_;                  // of this batch
  std::thread thread_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_RPC_SERVER_H_
