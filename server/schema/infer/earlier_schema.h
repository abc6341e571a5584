// An inferred schema as evidence: how it is refined with further examples.
#ifndef EXTRACTD_SERVER_SCHEMA_INFER_EARLIER_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_INFER_EARLIER_SCHEMA_H_

#include <string>

#include <absl/status/status.h>

#include "server/schema/infer/evidence.h"

namespace extractd::schema {

// Adds what the schema `text` allows. kInvalidSchema: it is no JSON object, or has a keyword that
// inference does not write, or writes otherwise; the error names the place.
absl::Status AddEarlierSchema(const std::string& text, Evidence& into);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_INFER_EARLIER_SCHEMA_H_
