#include "server/service/rpc/unary.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "server/service/rpc/rpc_status.h"

namespace extractd {

RpcResult Succeed(const google::protobuf::Message& response) {
  RpcResult result;
  bool own_buffer = false;
  result.status = grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      response, &*result.body, &own_buffer
  );
  return result;
}

RpcResult Refuse(
    const Rpc& rpc, std::string_view method, const absl::Status& status, CallRecorder& recorder
) {
  recorder.OnRefused(method, rpc, status);
  return {.status = ToGrpcStatus(status, rpc.id())};
}

}  // namespace extractd
