// OTLP: spans as the bytes of an ExportTraceServiceRequest, the body of a POST to /v1/traces with
// content type application/x-protobuf.
#ifndef EXTRACTD_SERVER_OBSERVE_OTLP_H_
#define EXTRACTD_SERVER_OBSERVE_OTLP_H_

#include <span>
#include <string>
#include <string_view>

#include "server/observe/span.h"

namespace extractd::observe {

// `service` and `version` say who recorded them.
std::string EncodeOtlp(
    std::string_view service, std::string_view version, std::span<const Span> spans
);

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_OTLP_H_
