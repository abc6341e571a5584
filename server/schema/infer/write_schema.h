// The schema that evidence makes.
#ifndef EXTRACTD_SERVER_SCHEMA_INFER_WRITE_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_INFER_WRITE_SCHEMA_H_

#include "server/schema/infer/evidence.h"
#include "server/schema/infer/infer.h"

namespace extractd::schema {

InferredSchema WriteSchema(const Evidence& root, const InferOptions& options);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_INFER_WRITE_SCHEMA_H_
