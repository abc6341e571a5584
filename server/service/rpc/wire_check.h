// What protobuf lets through and we do not: unknown fields and unknown enum numbers. A newer
// client's guarantee must not vanish on an older server.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_WIRE_CHECK_H_
#define EXTRACTD_SERVER_SERVICE_RPC_WIRE_CHECK_H_

#include <cstddef>
#include <vector>

#include <absl/status/status.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "server/base/error.h"

namespace extractd {

// Parses the bytes of a request into `message`.
// kMessageTooLarge (metadata: limit, flag): above `max_bytes`. kInvalidRequest: not a message of
// this type, a text that is not UTF-8 (the field is named), unknown fields or enum numbers (all of
// them).
absl::Status ParseRequest(
    const grpc::ByteBuffer& bytes, size_t max_bytes, google::protobuf::Message& message
);

// The unknown fields and enum numbers anywhere in `message`, as far as they fit into an error.
std::vector<FieldViolation> FindUnknown(const google::protobuf::Message& message);

// Lets ParseRequest name the field of a text that is not UTF-8, and keeps protobuf from writing to
// stderr. Once, at start.
void CaptureProtobufLog();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_WIRE_CHECK_H_
