// PullModel: a local provider loads a model; its progress is streamed.
#ifndef EXTRACTD_SERVER_SERVICE_STREAM_MODEL_PULL_H_
#define EXTRACTD_SERVER_SERVICE_STREAM_MODEL_PULL_H_

#include <absl/status/status.h>

#include "extractd/v1/catalog_service.pb.h"
#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/service/rpc/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

// Streams the progress, at the pace of the caller: of what it does not take in time only the latest
// is kept. The last message has `done`. Ends with the caller's deadline; without one it takes as
// long as it takes.
// kInvalidRequest; kUnknownProvider; kSlowReader: the caller takes no message for the slow reader's
// time after the end; the errors of providers::PullModel and of providers::Credentials::KeyOf.
Task<absl::Status> StreamPull(
    const v1::PullModelRequest& request,
    SharedState& shared,
    net::HttpClient& client,
    StreamRpc& rpc
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_STREAM_MODEL_PULL_H_
