// Schema messages: what a caller names as a schema, as its text or its id in the library.
#ifndef EXTRACTD_SERVER_SERVICE_SCHEMAS_SCHEMA_SOURCE_H_
#define EXTRACTD_SERVER_SERVICE_SCHEMAS_SCHEMA_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extractd/v1/schema.pb.h"
#include "server/base/error.h"
#include "server/schema/infer/infer.h"
#include "server/service/protobuf/protobuf_types.h"

namespace extractd {

struct SchemaSource {
  std::string json_schema = {};  // or
  std::string schema_id = {};
  std::vector<schema::ThinEvidence> warnings = {};  // of an inferred schema
  std::shared_ptr<const ProtobufType> type = {};    // that json_schema describes; or null
  bool postponed = false;  // this must be called on the pool: see ProtobufTypes
};

// At most 64 of A-Z a-z 0-9 _ -; may be empty.
bool IsSchemaName(std::string_view name);

// Checks a message and turns its source into a text. What is wrong is appended to `violations`;
// `path` is the path of the field, `types` knows message types from earlier calls.
SchemaSource ReadSchemaSource(
    const v1::Schema& schema,
    const std::string& path,
    std::vector<FieldViolation>& violations,
    const ProtobufTypes& types = {}
);

// What the examples show, with the options of the message. Nothing: `violations` says why.
std::optional<schema::InferredSchema> InferFrom(
    const v1::SchemaExamples& examples,
    const std::string& path,
    schema::SchemaInference& inference,
    std::vector<FieldViolation>& violations
);
schema::InferOptions OptionsOf(
    const v1::InferOptions& message,
    const std::string& path,
    std::vector<FieldViolation>& violations
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_SCHEMAS_SCHEMA_SOURCE_H_
