// Which branches of a union could be taken for each other on the wire.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_LOOKS_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_LOOKS_H_

#include <vector>

#include "server/schema/lower/form.h"
#include "server/schema/lower/subset.h"

namespace extractd::schema::lower {

// The values of an enum may stand in the subset's `enum` as they are.
bool CarriesEnum(const Shape& shape, const Subset& subset);

// The way back could not tell a text from the value that it is the text of, or the list that stands
// for a map from a list.
bool LookAlike(const std::vector<const Form*>& branches, const Subset& subset);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_LOOKS_H_
