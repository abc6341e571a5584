// application/vnd.amazon.eventstream: the name of an event is that of its message, the data its
// payload (see event_stream/event_message.h).
#ifndef EXTRACTD_SERVER_NET_STREAMS_AWS_EVENT_READER_H_
#define EXTRACTD_SERVER_NET_STREAMS_AWS_EVENT_READER_H_

#include "server/net/event_stream/event_stream_decoder.h"
#include "server/net/streams/event_reader.h"

namespace extractd::net {

class AwsEventReader final : public EventReader {
 public:
  explicit AwsEventReader(size_t max_event_bytes = kMaxEventBytes)
      : decoder_({.payload_bytes = max_event_bytes}) {}

  Progress Read(std::string_view bytes, OnEvent on_event) override;
  Progress Finish(OnEvent on_event) override;

 private:
  EventStreamDecoder decoder_;
  Progress progress_ = Progress::kGoesOn;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_STREAMS_AWS_EVENT_READER_H_
