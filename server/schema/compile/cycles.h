// Schemas that apply each other to the same value without end.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_CYCLES_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_CYCLES_H_

#include <cstddef>

#include <absl/status/status.h>

#include "server/schema/program/program.h"

namespace extractd::schema {

// More schemas than this may not apply to one value in a chain ($ref to $ref to allOf …).
inline constexpr size_t kMaxChain = 256;

// kInvalidSchema: a schema leads back to itself without a step into the value, which could never
// be evaluated; or the chain is too long. Iterative, linear in the program. Dynamic references are
// followed to the target they have when nothing overrides it; for the rest the evaluation has
// bounds of its own.
absl::Status CheckNesting(const CompiledSchema::Program& program);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_CYCLES_H_
