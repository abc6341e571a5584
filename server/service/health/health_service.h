// grpc.health.v1 on our own queue. gRPC's built-in service brings threads that poll beside ours,
// which makes every call dearer.
#ifndef EXTRACTD_SERVER_SERVICE_HEALTH_HEALTH_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_HEALTH_HEALTH_SERVICE_H_

#include <memory>
#include <string_view>

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>

namespace extractd {

// Check and Watch. A service that was never named: Check says NOT_FOUND, Watch SERVICE_UNKNOWN.
class HealthService {
 public:
  HealthService();
  ~HealthService();
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  void RegisterWith(grpc::ServerBuilder& builder);
  // Takes calls from now on; `queue` has the tags of an RpcPoller. REQUIRES: the server was built.
  void Start(grpc::ServerCompletionQueue& queue);

  // Tells those who watch. "": the server as a whole. Any thread.
  void Set(std::string_view service, bool serving);

 private:
  struct State;
  class CheckCall;
  class WatchCall;
  std::unique_ptr<State> state_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_HEALTH_HEALTH_SERVICE_H_
