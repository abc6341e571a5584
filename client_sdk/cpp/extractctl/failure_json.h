// A failed call as one JSON object, for --json.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_FAILURE_JSON_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_FAILURE_JSON_H_

#include <string>

#include "extractd/client.h"

namespace extractd::ctl {

// One line: code, reason, message, request_id; and where there are any, metadata, bad_fields,
// retry_after_ms, help_url and extraction (the ExtractionFailure of the API).
std::string FailureAsJson(const Failure& failure);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_FAILURE_JSON_H_
