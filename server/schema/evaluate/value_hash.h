// A hash of JSON values that agrees with json::Equal: 1.0 and 1 are one value, the order of members
// does not count. Seeded anew in each process, so that nobody can prepare collisions.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_VALUE_HASH_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_VALUE_HASH_H_

#include <cstdint>

#include "server/json/value.h"

namespace extractd::schema {

std::uint64_t HashValue(const json::Value& value);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_VALUE_HASH_H_
