// CatalogService: which providers and modes there are.
#ifndef EXTRACTD_SERVER_SERVICE_CATALOG_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_CATALOG_SERVICE_H_

#include "server/base/task.h"
#include "server/service/call_recorder.h"
#include "server/service/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

class CatalogMethods {
 public:
  // Both outlive this.
  CatalogMethods(SharedState& shared, CallRecorder& recorder)
      : shared_(shared), recorder_(recorder) {}

  Task<RpcResult> ListProviders(Rpc& rpc);
  Task<RpcResult> ListModes(Rpc& rpc);

 private:
  SharedState& shared_;
  CallRecorder& recorder_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CATALOG_SERVICE_H_
