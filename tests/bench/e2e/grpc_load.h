// GrpcLoad: a closed loop of Extract calls against one server: as soon as one is answered, the next
// is sent.
#ifndef EXTRACTD_TESTS_BENCH_E2E_GRPC_LOAD_H_
#define EXTRACTD_TESTS_BENCH_E2E_GRPC_LOAD_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <sys/types.h>

namespace extractd::bench {

struct LoadResult {
  std::int64_t requests = 0;
  std::chrono::nanoseconds server_cpu{0};
  std::int64_t failures = 0;
  std::string failure = {};  // what the first one says
  double CpuMicros() const;  // per request
};

class GrpcLoad {
 public:
  // A server at `address` in the process `pid`. Four connections, as a busy client would have.
  GrpcLoad(const std::string& address, pid_t pid);

  // One call; the bytes of its reply. Ends the benchmark if it fails.
  std::string CallOnce();
  // Keeps `in_flight` calls under way for `seconds`; counts what comes after a fifth of them.
  LoadResult Run(int in_flight, double seconds);

 private:
  struct Call;
  void Start(grpc::CompletionQueue& queue);
  // The call that ended next; ends the benchmark if none does.
  static std::unique_ptr<Call> Next(grpc::CompletionQueue& queue);

  pid_t pid_;
  grpc::ByteBuffer request_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  size_t next_ = 0;
};

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_E2E_GRPC_LOAD_H_
