// InferSchema: a JSON Schema from example values. Every example is valid under the result.
//
// Start here; then: evidence.h is what examples show of one place, earlier_schema.h reads it back
// out of a schema, write_schema.h says which rules become of it.
#ifndef EXTRACTD_SERVER_SCHEMA_INFER_INFER_H_
#define EXTRACTD_SERVER_SCHEMA_INFER_INFER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "server/json/value.h"

namespace extractd::schema {

struct InferOptions {
  bool required = true;           // names in all objects of a place are required
  int min_examples_for_enum = 5;  // from so many strings of a place on; 0: no enums
  bool formats = true;            // date, date-time, email, uri, uuid
  bool closed_objects = false;    // no names but those seen
};

// A rule that rests on little.
struct ThinEvidence {
  std::string code = {};     // UPPER_SNAKE_CASE
  std::string message = {};  // names the place as a JSON Pointer into the examples
};

struct InferredSchema {
  std::string text = {};  // draft 2020-12, keys in the order of the examples
  std::vector<ThinEvidence> warnings = {};
};

inline constexpr size_t kMaxInferWarnings = 32;
// Arrays and objects that lie deeper in an example may be anything.
inline constexpr size_t kMaxInferDepth = 32;

// What examples and an earlier inferred schema say together. Linear in their size.
class SchemaInference {
 public:
  explicit SchemaInference(const InferOptions& options);
  ~SchemaInference();
  SchemaInference(const SchemaInference&) = delete;
  SchemaInference& operator=(const SchemaInference&) = delete;

  // Takes up what an inferred schema says: what it allowed stays allowed. kInvalidSchema: it is no
  // JSON, or has a keyword that inference does not write.
  absl::Status Refine(const std::string& earlier_schema);
  // Takes up one more example, which may be forgotten afterwards.
  void Add(const json::Value& example);
  // REQUIRES: Add was called.
  InferredSchema Write() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_INFER_INFER_H_
