// Wrapping: a caller's schema inside an object of ours. Several values, a value that may be missing
// and values that are no objects reach the model in this way.
//
//   const std::string text = WrapSchema(compiled->root(), Wrapping::kList);
//   // {"type":"object","properties":{"items":{"type":"array","items":<the caller's>}},…}
#ifndef EXTRACTD_SERVER_SCHEMA_WRAP_WRAP_H_
#define EXTRACTD_SERVER_SCHEMA_WRAP_WRAP_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "server/json/value.h"

namespace extractd::schema {

enum class Wrapping : std::uint8_t {
  kNone,
  kValue,  // {"value": …}
  kList,   // {"items": […]}
  kMaybe,  // {"value": … or null, "absent_reason": text or null}
};

// The text of the wrapping schema. `root` is the root of a schema that compiles. Its definitions,
// its identifier and its draft become those of the whole, and every reference is led to where its
// target stands now: what was valid under the caller's schema is valid in the wrapper, nothing
// else. REQUIRES: not kNone.
std::string WrapSchema(const json::Value& root, Wrapping wrapping);

// A JSON Pointer into the wrapping schema as one into the caller's; "" for what is ours.
std::string CallersSchemaPath(Wrapping wrapping, std::string_view path);
// The same for pointers into answers: of a list's they begin with the index of the item.
std::string CallersPath(Wrapping wrapping, std::string_view path);
// The way back: a pointer into what the caller asked for as one into the wrapping answer.
std::string WrappedPath(Wrapping wrapping, std::string_view path);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_WRAP_WRAP_H_
