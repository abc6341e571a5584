// The lowered schema as text.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_WRITER_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_WRITER_H_

#include <string>

#include "server/schema/lower/form.h"
#include "server/schema/lower/subset.h"

namespace extractd::schema::lower {

// Compact JSON; properties in the caller's order.
std::string WriteSchema(const Forms& forms, const Subset& subset);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_WRITER_H_
