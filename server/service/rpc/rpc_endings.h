// How RPCs end that neither their handler nor their caller ended.
#ifndef EXTRACTD_SERVER_SERVICE_RPC_RPC_ENDINGS_H_
#define EXTRACTD_SERVER_SERVICE_RPC_RPC_ENDINGS_H_

#include <chrono>

#include <absl/status/status.h>

#include "server/service/rpc/rpc.h"

namespace extractd {

// kDraining: the daemon is shutting down; the call may go elsewhere.
absl::Status DrainingError();
// kSlowReader (metadata: limit, flag): the caller took no message of its stream for so long.
absl::Status SlowReaderError(std::chrono::milliseconds limit);
// What the caller is told of a call that ended with `status`: DrainingError if the daemon cancelled
// it, not the caller.
absl::Status ToldEnding(const Rpc& rpc, absl::Status status);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_RPC_RPC_ENDINGS_H_
