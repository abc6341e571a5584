// One JSON text a line (NDJSON, JSON Lines). Empty lines are passed over; the last line counts
// without its end.
#ifndef EXTRACTD_SERVER_NET_STREAMS_JSON_LINES_READER_H_
#define EXTRACTD_SERVER_NET_STREAMS_JSON_LINES_READER_H_

#include "server/net/streams/event_reader.h"
#include "server/net/streams/line_cutter.h"

namespace extractd::net {

class JsonLinesReader final : public EventReader {
 public:
  explicit JsonLinesReader(size_t max_event_bytes = kMaxEventBytes)
      : lines_(LineCutter::Ends::kLineFeed, max_event_bytes) {}

  Progress Read(std::string_view bytes, OnEvent on_event) override;
  Progress Finish(OnEvent on_event) override;

 private:
  bool ReadLine(std::string_view line, OnEvent on_event);

  LineCutter lines_;
  Progress progress_ = Progress::kGoesOn;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_STREAMS_JSON_LINES_READER_H_
