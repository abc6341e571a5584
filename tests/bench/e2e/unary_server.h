// UnaryServer: the least gRPC server that serves Extract as bytes, with one completion queue that
// one thread polls: a second poller in a process costs more than it does, since gRPC wakes one for
// the other. What the servers that extractd is measured against share.
#ifndef EXTRACTD_TESTS_BENCH_E2E_UNARY_SERVER_H_
#define EXTRACTD_TESTS_BENCH_E2E_UNARY_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/completion_queue.h>
#include <grpcpp/server.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "extractd/v1/extraction_service.grpc.pb.h"

namespace extractd::bench {

// One call. Owned by gRPC from the moment that it is asked for until its answer is out.
class UnaryCall {
 public:
  grpc::ByteBuffer& request() { return request_; }
  // Answers; the call must not be touched afterwards. Any thread.
  void Answer(const grpc::ByteBuffer& reply);
  void Fail(const std::string& message);

 private:
  friend class UnaryServer;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_{&context_};
  bool answered_ = false;
};

class UnaryServer {
 public:
  // Told on the poller's thread of the calls that arrived together.
  using OnCalls = std::function<void(const std::vector<UnaryCall*>& calls)>;

  // Listens on 127.0.0.1 and serves for good.
  explicit UnaryServer(OnCalls on_calls);
  ~UnaryServer();
  UnaryServer(const UnaryServer&) = delete;
  UnaryServer& operator=(const UnaryServer&) = delete;

  // "127.0.0.1:<port>"
  const std::string& address() const { return address_; }

 private:
  void Arm();
  void Poll();

  OnCalls on_calls_;
  // Render is never asked for; as it is raw, gRPC starts no threads for synchronous methods.
  v1::ExtractionService::WithRawMethod_Extract<
      v1::ExtractionService::WithRawMethod_Render<v1::ExtractionService::Service>>
      service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::thread poller_;
};

// Tells the benchmark where this process serves, then sleeps until the benchmark closes our stdin.
void AnnounceAndWait(const std::string& address);

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_UNARY_SERVER_H_
