// The spans of a call: one for the call itself, as gRPC's, and one for each of its sends, as those
// of a client of a generative model.
#ifndef EXTRACTD_SERVER_SERVICE_TELEMETRY_CALL_SPANS_H_
#define EXTRACTD_SERVER_SERVICE_TELEMETRY_CALL_SPANS_H_

#include "server/engine/attempt.h"
#include "server/engine/plan.h"
#include "server/observe/span.h"
#include "server/service/rpc/rpc_server.h"

namespace extractd {

// Both REQUIRE that the trace of the call is recorded, and that what they are made of ended just
// now.
observe::Span CallSpan(const RpcEnd& end);
observe::Span AttemptSpan(const Plan& plan, const Attempt& attempt);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_TELEMETRY_CALL_SPANS_H_
