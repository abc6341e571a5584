// CallRaw: one unary call with bytes that no generated stub would send.
#ifndef EXTRACTD_TESTS_INTEGRATION_RAW_CALL_H_
#define EXTRACTD_TESTS_INTEGRATION_RAW_CALL_H_

#include <string>
#include <string_view>

#include <grpcpp/support/status.h>

namespace extractd::integration {

struct RawReply {
  grpc::Status status;
  std::string bytes;
};

// Calls `method`, e.g. "/grpc.health.v1.Health/Check", at `address`.
RawReply CallRaw(const std::string& address, const std::string& method, std::string_view request);

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_RAW_CALL_H_
