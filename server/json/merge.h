// Merging of JSON objects.
#ifndef EXTRACTD_SERVER_JSON_MERGE_H_
#define EXTRACTD_SERVER_JSON_MERGE_H_

#include "server/json/value.h"

namespace extractd::json {

// `base` with the members of `patch`: where both have an object under a name, the two are merged;
// else the patch's value replaces the base's in its place, or is added behind. REQUIRES: objects.
Document Merge(const Value& base, const Value& patch);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_MERGE_H_
