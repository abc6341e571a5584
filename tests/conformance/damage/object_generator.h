// Objects for tests: small, nested, with strings that look like JSON, like damage and like marks.
#ifndef EXTRACTD_TESTS_CONFORMANCE_DAMAGE_OBJECT_GENERATOR_H_
#define EXTRACTD_TESTS_CONFORMANCE_DAMAGE_OBJECT_GENERATOR_H_

#include "server/json/value.h"
#include "tests/conformance/damage/random.h"

namespace extractd::json {

Document GenerateObject(Random& random);

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_CONFORMANCE_DAMAGE_OBJECT_GENERATOR_H_
