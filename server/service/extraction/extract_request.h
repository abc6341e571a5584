// ExtractRequest → ExtractCall: every field is checked, all that is wrong is
// reported at once.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACT_REQUEST_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACT_REQUEST_H_

#include <vector>

#include <absl/status/statusor.h>

#include "extractd/v1/extraction.pb.h"
#include "server/base/error.h"
#include "server/engine/call.h"
#include "server/engine/plan.h"
#include "server/service/protobuf/answer_types.h"
#include "server/service/protobuf/protobuf_types.h"

namespace extractd {

// kInvalidRequest with a violation for each bad field, its path relative to the request.
// `types` is set to the message types that the answer shall come back as; `known` has those of
// earlier calls. Where that says types.postponed(), the result counts for nothing.
absl::StatusOr<ExtractCall> ToCall(
    const v1::ExtractRequest& request, AnswerTypes& types, const ProtobufTypes& known = {}
);
absl::StatusOr<ExtractCall> ToCall(const v1::ExtractRequest& request);

// An error that lists `violations`, which is not empty.
absl::Status InvalidRequest(std::vector<FieldViolation> violations);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACT_REQUEST_H_
