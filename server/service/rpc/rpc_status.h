// Errors on their way to a caller: absl::Status → grpc::Status with google.rpc details, within the
// size that every client takes.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_RPC_STATUS_H_
#define EXTRACTD_SERVER_SERVICE_RPC_RPC_STATUS_H_

#include <cstddef>
#include <string>

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include "extractd/v1/extraction.pb.h"

namespace extractd {

// Debian's gRPC client loses the whole status above about 7.5 kB of details.
inline constexpr size_t kMaxDetailsBytes = 4096;
inline constexpr size_t kMaxStatusMessageBytes = 512;

// ErrorInfo and RequestInfo always; BadRequest, RetryInfo, QuotaFailure and Help where the error
// has them; `failure` if not null, its oldest attempts shortened and left out until all fits. A
// status that was not made by MakeError is a bug of ours: INTERNAL, with nothing of its text.
grpc::Status ToGrpcStatus(
    const absl::Status& status,
    const std::string& request_id,
    const v1::ExtractionFailure* failure = nullptr
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_RPC_STATUS_H_
