// ExtractRequest → ExtractCall, and back for Render: every field is checked, all that is wrong is
// reported at once.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACT_REQUEST_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACT_REQUEST_H_

#include <vector>

#include <absl/status/statusor.h>

#include "extractd/v1/extraction.pb.h"
#include "server/base/error.h"
#include "server/engine/call.h"
#include "server/engine/plan.h"

namespace extractd {

// kInvalidRequest with a violation for each bad field, its path relative to the request.
absl::StatusOr<ExtractCall> ToCall(const v1::ExtractRequest& request);

// Checks a Schema message; appends to `violations`. `prefix` is the path of the field.
void CheckSchema(
    const v1::Schema& schema, const std::string& prefix, std::vector<FieldViolation>& violations
);

// An error that lists `violations`, which is not empty.
absl::Status InvalidRequest(std::vector<FieldViolation> violations);

// `request` with every default filled in, as `plan` settled it.
v1::ExtractRequest EffectiveRequest(const v1::ExtractRequest& request, const Plan& plan);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACT_REQUEST_H_
