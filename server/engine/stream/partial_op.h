// PartialOp: one change of an answer that is still coming, as the caller has it.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_PARTIAL_OP_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_PARTIAL_OP_H_

#include <cstdint>
#include <span>
#include <string_view>

#include <absl/functional/function_ref.h>

#include "server/json/repair.h"

namespace extractd {

// Applied one after the other to null, they give the answer.
struct PartialOp {
  enum class Kind : std::uint8_t {
    kSet,            // the value at `path` is `text`, JSON
    kAppendText,     // the string at `path` goes on with `text`
    kAppendElement,  // the array at `path` has one element more: `text`, JSON
    kComplete,       // the value at `path` is valid by itself and will not change
    kItem,           // no change: the list has one item more, `text`, JSON
  };
  Kind kind = Kind::kSet;
  std::string_view path = {};  // JSON Pointer
  std::string_view text = {};
  std::span<const json::Repair> repairs = {};  // kItem: that made it what it is
};

// The views live as long as the call.
using OpListener = absl::FunctionRef<void(const PartialOp&)>;

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_PARTIAL_OP_H_
