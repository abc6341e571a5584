// EventReader: cuts a streamed body into the events that it is made of. One implementation for each
// framing: server-sent events (sse_reader.h), JSON texts line by line (json_lines_reader.h), the
// elements of one JSON array (json_array_reader.h), messages of AWS (aws_event_reader.h). For one
// body and one thread.
#ifndef EXTRACTD_SERVER_NET_STREAMS_EVENT_READER_H_
#define EXTRACTD_SERVER_NET_STREAMS_EVENT_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <absl/functional/function_ref.h>

namespace extractd::net {

// An event, or a line on the way to one, above this is refused.
inline constexpr size_t kMaxEventBytes = size_t{8} << 20U;

class EventReader {
 public:
  // One event: the name of its type, where the framing has one, and its data. Both live until the
  // function returns. False: no more events are wanted.
  using OnEvent = absl::FunctionRef<bool(std::string_view name, std::string_view data)>;

  enum class Progress : std::uint8_t {
    kGoesOn,     // for more bytes
    kEnded,      // nothing more is wanted; further bytes are passed over
    kTooLarge,   // an event is larger than the limit
    kMalformed,  // the bytes are not of this framing
  };

  virtual ~EventReader() = default;

  // Takes the next piece of the body, which may end anywhere, and hands over the events that it
  // completes. Linear in the body, however many pieces it comes in. After anything but kGoesOn it
  // only repeats itself.
  virtual Progress Read(std::string_view bytes, OnEvent on_event) = 0;
  // The body is over: hands over an event that lacks nothing but its end mark.
  virtual Progress Finish(OnEvent on_event) = 0;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_STREAMS_EVENT_READER_H_
