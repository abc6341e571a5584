// The priority that a request asks for, read before anything else of it: while there is no room for
// a call, its request is not worth parsing.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_ASKED_PRIORITY_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_ASKED_PRIORITY_H_

#include <optional>
#include <string_view>

#include <grpcpp/support/byte_buffer.h>

#include "extractd/v1/extraction.pb.h"
#include "server/engine/callers/principal.h"
#include "server/engine/traffic/priority.h"

namespace extractd {

// Nothing: the request names none, is no message, or is not there yet.
std::optional<Priority> AskedPriority(std::string_view method, grpc::ByteBuffer& request);

// PRIORITY_UNSPECIFIED is nothing.
std::optional<Priority> PriorityOf(v1::Priority number);
v1::Priority NumberOf(Priority priority);

// What counts: never more than the principal's own, which counts if none was asked for. Null:
// everybody may ask for any.
Priority GrantedPriority(std::optional<Priority> asked, const Principal* principal);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_ASKED_PRIORITY_H_
