// CatalogService: which providers, modes and models there are.
#ifndef EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_SERVICE_H_

#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/service/call_recorder.h"
#include "server/service/rpc/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

class CatalogMethods {
 public:
  // All outlive this.
  CatalogMethods(SharedState& shared, net::HttpClient& client, CallRecorder& recorder)
      : shared_(shared), client_(client), recorder_(recorder) {}

  Task<RpcResult> ListProviders(Rpc& rpc);
  Task<RpcResult> ListModes(Rpc& rpc);
  Task<RpcResult> ListModels(Rpc& rpc);
  Task<grpc::Status> PullModel(StreamRpc& rpc);

 private:
  SharedState& shared_;
  net::HttpClient& client_;
  CallRecorder& recorder_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CATALOG_CATALOG_SERVICE_H_
