// Server-sent events, as the WHATWG HTML standard writes them down and providers bend them.
//
// Lines end with LF, CRLF or CR; a byte order mark at the start, comments, `id`, `retry` and
// unknown fields are passed over; several `data` lines are joined by LF. An event without data is
// none: some providers send such ones to keep connections open. Other than in browsers, an event at
// the end of the body counts without the empty line behind it.
#ifndef EXTRACTD_SERVER_NET_STREAMS_SSE_READER_H_
#define EXTRACTD_SERVER_NET_STREAMS_SSE_READER_H_

#include <string>
#include <string_view>

#include "server/net/streams/event_reader.h"
#include "server/net/streams/line_cutter.h"

namespace extractd::net {

class SseReader final : public EventReader {
 public:
  explicit SseReader(size_t max_event_bytes = kMaxEventBytes)
      : max_event_bytes_(max_event_bytes), lines_(LineCutter::Ends::kAll, max_event_bytes) {}

  Progress Read(std::string_view bytes, OnEvent on_event) override;
  Progress Finish(OnEvent on_event) override;

 private:
  // False: the stream has come to its end, in progress_.
  bool ReadLine(std::string_view line, OnEvent on_event);
  bool ReadField(std::string_view name, std::string_view value);
  bool Dispatch(OnEvent on_event);
  bool End(Progress progress);

  size_t max_event_bytes_;
  LineCutter lines_;
  Progress progress_ = Progress::kGoesOn;
  bool first_line_ = true;
  std::string name_;
  std::string data_;
  bool has_data_ = false;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_STREAMS_SSE_READER_H_
