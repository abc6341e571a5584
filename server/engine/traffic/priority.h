// Priority: who goes first when there is not room for all.
#ifndef EXTRACTD_SERVER_ENGINE_TRAFFIC_PRIORITY_H_
#define EXTRACTD_SERVER_ENGINE_TRAFFIC_PRIORITY_H_

#include <cstddef>
#include <cstdint>

namespace extractd {

enum class Priority : std::uint8_t { kHigh, kNormal, kLow };
inline constexpr size_t kPriorities = 3;

// The lower of the two.
inline Priority Narrowed(Priority priority, Priority bound) {
  return priority < bound ? bound : priority;
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_TRAFFIC_PRIORITY_H_
