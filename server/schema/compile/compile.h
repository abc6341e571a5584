// Compile with all its knobs; schema::Compile is this with the built-in meta-schemas.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_COMPILE_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_COMPILE_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/schema/compile/schema_store.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {

struct CompileRequest {
  std::string text = {};
  CompileLimits limits = {};
  // Where documents are found that the text refers to. Asked for each URI once; no document: an
  // error of the reference.
  DocumentSource source = {};
  // Check the text against the meta-schema of its dialect.
  bool check_meta_schema = true;
};

// Fails as Compile does.
absl::StatusOr<std::shared_ptr<const CompiledSchema>> CompileFrom(CompileRequest request);

// "sha256:" and the 64 hex digits of the hash.
std::string ContentId(std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_COMPILE_H_
