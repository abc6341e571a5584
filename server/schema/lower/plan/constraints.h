// Which constraints of a shape a subset can carry as they stand.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_CONSTRAINTS_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_CONSTRAINTS_H_

#include <vector>

#include "server/json/value.h"
#include "server/schema/lower/shape.h"
#include "server/schema/lower/subset.h"

namespace extractd::schema::lower {

struct SortedConstraints {
  std::vector<const json::Value*> kept = {};  // one of each keyword: the tightest
  std::vector<const Constraint*> lost = {};
};

SortedConstraints Sort(const Shape& shape, const Subset& subset);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_CONSTRAINTS_H_
