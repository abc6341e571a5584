// The shapes of schemas that list their values.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_READ_VALUES_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_READ_VALUES_H_

#include <string>
#include <vector>

#include "server/json/value.h"
#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// Of `schema`, which has enum or const and stands at `pointer`: a shape for each type among the
// values that both and its `type` allow. Never empty; without any value one that allows none.
std::vector<const Shape*> ReadValues(
    const json::Value& schema, const std::string& pointer, Shapes& shapes
);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_READ_VALUES_H_
