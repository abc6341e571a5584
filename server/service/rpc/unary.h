// The frame of every unary method: bytes → message → work → message → bytes, errors with details.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_UNARY_H_
#define EXTRACTD_SERVER_SERVICE_RPC_UNARY_H_

#include <string_view>

#include <google/protobuf/message.h>

#include "server/service/call_recorder.h"
#include "server/service/rpc/rpc.h"

namespace extractd {

// The reply of a call that succeeded.
RpcResult Succeed(const google::protobuf::Message& response);

// The reply of a call that failed before it was planned; logs it.
RpcResult Refuse(
    const Rpc& rpc, std::string_view method, const absl::Status& status, CallRecorder& recorder
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_UNARY_H_
