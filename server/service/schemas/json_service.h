// JsonService: text formats, without schema and model, on one loop.
#ifndef EXTRACTD_SERVER_SERVICE_SCHEMAS_JSON_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_SCHEMAS_JSON_SERVICE_H_

#include "server/base/task.h"
#include "server/service/call_recorder.h"
#include "server/service/rpc/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

class JsonMethods {
 public:
  // Both outlive this.
  JsonMethods(SharedState& shared, CallRecorder& recorder) : shared_(shared), recorder_(recorder) {}

  Task<RpcResult> RepairJson(Rpc& rpc);
  Task<RpcResult> EncodeToon(Rpc& rpc);
  Task<RpcResult> DecodeToon(Rpc& rpc);

 private:
  SharedState& shared_;
  CallRecorder& recorder_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_SCHEMAS_JSON_SERVICE_H_
