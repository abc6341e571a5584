// Place: a value of the instance and the way to it. Lives on the stack of the evaluation.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_PLACE_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_PLACE_H_

#include <cstddef>
#include <string>

#include "server/json/pointer.h"
#include "server/json/value.h"

namespace extractd::schema {

struct Place {
  const json::Value& value;
  const Place* parent = nullptr;  // null: the root
  size_t index = 0;               // among the parent's elements or members
};

// Appends the JSON Pointer of `place`.
inline void AppendPointer(const Place& place, std::string& pointer) {
  if (place.parent == nullptr) return;
  AppendPointer(*place.parent, pointer);
  if (place.parent->value.is_object()) {
    json::AppendToken(place.value.key(), pointer);
  } else {
    json::AppendToken(place.index, pointer);
  }
}

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_PLACE_H_
