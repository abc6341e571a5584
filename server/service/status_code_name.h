// gRPC's status codes by name.
#ifndef EXTRACTD_SERVER_SERVICE_STATUS_CODE_NAME_H_
#define EXTRACTD_SERVER_SERVICE_STATUS_CODE_NAME_H_

#include <string_view>

#include <grpcpp/support/status_code_enum.h>

namespace extractd {

// "OK", "INVALID_ARGUMENT" …
std::string_view StatusCodeName(grpc::StatusCode code);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_STATUS_CODE_NAME_H_
