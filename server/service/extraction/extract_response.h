// Extraction → ExtractResponse: the answer of a call with everything about it.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACT_RESPONSE_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACT_RESPONSE_H_

#include <chrono>

#include "extractd/v1/extraction.pb.h"
#include "server/engine/extraction.h"
#include "server/engine/plan.h"
#include "server/service/protobuf/answer_types.h"

namespace extractd {

// `types`: what the values come back as besides. `total`: what the call took.
void FillResponse(
    const Plan& plan,
    const Extraction& extraction,
    const AnswerTypes& types,
    std::chrono::nanoseconds total,
    v1::ExtractResponse& out
);

// The value of an item once more, as a message of its type; unset if there is none, or if the
// mapping cannot take it.
void SetProtobuf(const AnswerTypes& types, v1::Item& item);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACT_RESPONSE_H_
