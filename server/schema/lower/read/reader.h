// Reader: from a JSON Schema to its shape. What no provider's subset can say (not, if/then/else,
// dependent…, contains) is left out and named in the losses.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_READ_READER_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_READ_READER_H_

#include "server/json/value.h"
#include "server/schema/lower/losses.h"
#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// What a lowered schema may leave out of what is valid.
enum class Fidelity : std::uint8_t {
  // What real answers do not need and models get wrong: members that the schema does not declare,
  // null beside absent, values of a kind that the schema's keywords say nothing about.
  kPractical,
  // Nothing: every valid value can be carried to the provider and back.
  kExact
};

struct ReadSchema {
  const Shape* root = nullptr;
  Losses losses = {};
};

// `root` is a valid schema and outlives what is returned, as `shapes` does, which owns it.
ReadSchema Read(const json::Value& root, Fidelity fidelity, Shapes& shapes);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_READ_READER_H_
