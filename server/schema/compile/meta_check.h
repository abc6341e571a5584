// Checks a schema document against the meta-schema of its dialect. What the compiler does not reach
// (definitions that nothing refers to, annotations) is checked here alone.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_META_CHECK_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_META_CHECK_H_

#include <absl/status/status.h>

#include "server/schema/compile/schema_store.h"

namespace extractd::schema {

// kInvalidSchema: the caller's document does not obey. A document whose parts are of different
// dialects is not checked as a whole, for no meta-schema describes it. REQUIRES: the store holds
// the document.
absl::Status CheckAgainstMetaSchema(const SchemaStore& store, const DocumentSource& source);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_META_CHECK_H_
