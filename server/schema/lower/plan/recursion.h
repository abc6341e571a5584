// Which references would make a schema without recursion endless.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_RECURSION_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_RECURSION_H_

#include <set>
#include <utility>

#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// From a definition, or null for the root, to one it refers to. Without the back edges no
// definition reaches itself.
using Edge = std::pair<const Definition*, const Definition*>;

std::set<Edge> BackEdges(const Shape& root);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_RECURSION_H_
