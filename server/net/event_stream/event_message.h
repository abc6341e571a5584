// A message of application/vnd.amazon.eventstream, in which AWS services stream: typed headers and
// a payload. The framing: https://smithy.io/2.0/aws/amazon-eventstream.html
#ifndef EXTRACTD_SERVER_NET_EVENT_STREAM_EVENT_MESSAGE_H_
#define EXTRACTD_SERVER_NET_EVENT_STREAM_EVENT_MESSAGE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace extractd::net {

// The numbers are those of the wire.
enum class EventHeaderType : std::uint8_t {
  kTrue = 0,
  kFalse = 1,
  kInt8 = 2,
  kInt16 = 3,
  kInt32 = 4,
  kInt64 = 5,
  kBytes = 6,
  kString = 7,
  kTimestamp = 8,
  kUuid = 9,
};

struct EventHeader {
  std::string_view name = {};
  EventHeaderType type = EventHeaderType::kString;
  std::int64_t integer = 0;    // of the integers, a timestamp (ms since 1970), a boolean (0, 1)
  std::string_view text = {};  // of kString; the bytes of kBytes and kUuid
};

// Views of bytes that belong to the decoder.
struct EventMessage {
  std::vector<EventHeader> headers = {};
  std::string_view payload = {};

  // The string header of that name; empty if there is none.
  std::string_view Text(std::string_view name) const;
  // What is told: the type of an event or exception, the code of an error.
  std::string_view name() const;
  // The payload; of an error, which has none, its message.
  std::string_view data() const;
};

// Reads a block of headers. InvalidArgument: it is not one.
absl::StatusOr<std::vector<EventHeader>> ReadEventHeaders(std::string_view block);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_EVENT_STREAM_EVENT_MESSAGE_H_
