// The shape of values that obey two shapes: what allOf and siblings of $ref, anyOf and oneOf ask
// for.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_READ_MERGE_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_READ_MERGE_H_

#include <absl/functional/function_ref.h>

#include "server/schema/lower/losses.h"
#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

struct MergeContext {
  Shapes& shapes;
  Losses& losses;
  // The shape that a reference stands for; null while it is being read.
  absl::FunctionRef<const Shape*(const Definition&)> resolve;
  size_t& work;  // counts what was copied; past a limit nothing is merged any more
  int depth = 0;
};

// Never narrower than both; what cannot be merged is left out and named in the losses.
const Shape* Merge(const Shape& a, const Shape& b, MergeContext& context);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_READ_MERGE_H_
