// EventStreamDecoder: cuts application/vnd.amazon.eventstream into its messages. It is fed with
// pieces of any size, in linear time, and checks both checksums of every message:
//
//   decoder.Feed(piece);
//   while (true) {
//     ASSIGN_OR_RETURN(const EventMessage* message, decoder.Next());
//     if (message == nullptr) break;  // more bytes are needed
//     …
//   }
//
// One for each stream; not thread-safe.
#ifndef EXTRACTD_SERVER_NET_EVENT_STREAM_EVENT_STREAM_DECODER_H_
#define EXTRACTD_SERVER_NET_EVENT_STREAM_EVENT_STREAM_DECODER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/net/event_stream/event_message.h"

namespace extractd::net {

class EventStreamDecoder {
 public:
  // The format's own limits.
  struct Limits {
    size_t header_bytes = size_t{128} << 10U;
    size_t payload_bytes = size_t{24} << 20U;
  };
  EventStreamDecoder() = default;
  explicit EventStreamDecoder(const Limits& limits) : limits_(limits) {}

  // Adds what came. The message of the last Next is gone.
  void Feed(std::string_view bytes);

  // The next message, which lives until the next call; null: more bytes are needed. An error stays
  // for good, since nobody knows where the next message would begin. DataLoss: a checksum is wrong.
  // ResourceExhausted: a message above the limits. InvalidArgument: it is not well-formed.
  absl::StatusOr<const EventMessage*> Next();

  // Every byte that was fed belongs to a message that Next returned: a stream may end here.
  bool at_boundary() const { return failure_.ok() && read_ == buffer_.size(); }

 private:
  absl::Status CheckPrelude(std::string_view prelude);
  absl::Status ReadMessage(std::string_view bytes);

  Limits limits_;
  std::string buffer_;
  size_t read_ = 0;   // bytes of buffer_ that were messages
  size_t total_ = 0;  // bytes of the message that begins there; 0: its prelude was not read yet
  size_t header_bytes_ = 0;
  EventMessage message_;
  absl::Status failure_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_EVENT_STREAM_EVENT_STREAM_DECODER_H_
