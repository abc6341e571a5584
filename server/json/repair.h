// Repair: one local change that turned a model's text into JSON. Nothing is changed or dropped
// without one.
#ifndef EXTRACTD_SERVER_JSON_REPAIR_H_
#define EXTRACTD_SERVER_JSON_REPAIR_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace extractd::json {

// How much of an answer local fixes may lose.
enum class MaxLoss : std::uint8_t { kNone, kLossless, kLossy };

struct Repair {
  std::string path = {};    // JSON Pointer into the answer; "" for changes of the text around it
  std::string kind = {};    // stable lower_snake_case name, e.g. "trailing_comma"
  std::string before = {};  // text before the fix, cut at kMaxRepairTextBytes
  std::string after = {};   // text after it; empty when the text was dropped
  bool lossless = true;     // no information went away
};

inline constexpr size_t kMaxRepairTextBytes = 200;

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_REPAIR_H_
