// A protobuf message type as JSON Schema, by the JSON mapping of proto3.
#ifndef EXTRACTD_SERVER_SERVICE_PROTOBUF_MESSAGE_SCHEMA_H_
#define EXTRACTD_SERVER_SERVICE_PROTOBUF_MESSAGE_SCHEMA_H_

#include <cstddef>
#include <string>

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>

namespace extractd {

// Names are those of the mapping (lowerCamelCase, or json_name). 64-bit integers are strings of
// digits, bytes base64, enums the names of their values, maps objects; of a oneof at most one
// member is set. Well-known types have their own forms. Further names are not allowed; required are
// the required fields of proto2 only. Every message but the root stands once in $defs, so that
// types may contain themselves. Linear in the text.
// InvalidArgument, with a sentence for the caller: it would have more than `max_bytes`, or the
// names of a type are not those of a JSON object.
absl::StatusOr<std::string> MessageSchema(
    const google::protobuf::Descriptor& message, size_t max_bytes
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_PROTOBUF_MESSAGE_SCHEMA_H_
