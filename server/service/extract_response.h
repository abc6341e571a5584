// Extraction → ExtractResponse: the answer of a call with everything about it.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACT_RESPONSE_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACT_RESPONSE_H_

#include <chrono>

#include "extractd/v1/extraction.pb.h"
#include "server/engine/extraction.h"
#include "server/engine/plan.h"
#include "server/service/protobuf/protobuf_type.h"

namespace extractd {

// `type`: what the answer comes back as besides; or null. `total`: what the call took.
void FillResponse(
    const Plan& plan,
    const Extraction& extraction,
    const ProtobufType* type,
    std::chrono::nanoseconds total,
    v1::ExtractResponse& out
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACT_RESPONSE_H_
