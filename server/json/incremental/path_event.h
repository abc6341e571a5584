// What happens to the paths of a value while its text comes.
#ifndef EXTRACTD_SERVER_JSON_INCREMENTAL_PATH_EVENT_H_
#define EXTRACTD_SERVER_JSON_INCREMENTAL_PATH_EVENT_H_

#include <cstdint>
#include <string_view>

#include <absl/functional/function_ref.h>

#include "server/json/value.h"

namespace extractd::json {

struct PathEvent {
  enum class Kind : std::uint8_t {
    kBegan,      // an array, object or string whose end is still to come; nothing is in it yet
    kGrew,       // a string that began: `text` is appended to it
    kFinished,   // the value is whole and will not change; without a kBegan before it, it is new
    kRestarted,  // all that was told is void; what comes is told anew
  };
  Kind kind = Kind::kFinished;
  std::string_view path = {};    // JSON Pointer
  Type type = Type::kNull;       // of the value
  std::string_view text = {};    // kGrew: whole code points, decoded
  const Value* value = nullptr;  // kFinished: lives until the parser is finished or destroyed
};

// Called in the order of the text: a parent begins before its children, and finishes after them.
// Numbers and literals only finish. What begins and ends in one piece of the text only finishes,
// too, with all that is in it. `path` and `text` live as long as the call.
using PathListener = absl::FunctionRef<void(const PathEvent&)>;

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_INCREMENTAL_PATH_EVENT_H_
