// AdminService: what whoever runs the daemon asks it, on one loop.
#ifndef EXTRACTD_SERVER_SERVICE_ADMIN_ADMIN_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_ADMIN_ADMIN_SERVICE_H_

#include <grpcpp/support/status.h>

#include "server/base/task.h"
#include "server/service/admin/config_reloader.h"
#include "server/service/call_recorder.h"
#include "server/service/rpc/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

class AdminMethods {
 public:
  // All outlive this.
  AdminMethods(SharedState& shared, ConfigReloader& reloader, CallRecorder& recorder)
      : shared_(shared), reloader_(reloader), recorder_(recorder) {}

  Task<RpcResult> GetCacheStats(Rpc& rpc);
  Task<RpcResult> ReloadConfig(Rpc& rpc);
  Task<grpc::Status> WatchEvents(StreamRpc& rpc);

 private:
  SharedState& shared_;
  ConfigReloader& reloader_;
  CallRecorder& recorder_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_ADMIN_ADMIN_SERVICE_H_
