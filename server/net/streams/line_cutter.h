// LineCutter: cuts text that comes in pieces into lines, whatever ends them: LF, CRLF or CR.
#ifndef EXTRACTD_SERVER_NET_STREAMS_LINE_CUTTER_H_
#define EXTRACTD_SERVER_NET_STREAMS_LINE_CUTTER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/functional/function_ref.h>

namespace extractd::net {

class LineCutter {
 public:
  // Both line ends, or LF and CRLF alone: a CR within a line is part of it then.
  enum class Ends : std::uint8_t { kAll, kLineFeed };

  LineCutter(Ends ends, size_t max_line_bytes) : ends_(ends), max_line_bytes_(max_line_bytes) {}

  // A line without its end, which lives until the function returns. False: no more lines.
  using OnLine = absl::FunctionRef<bool(std::string_view line)>;

  // False: a line is too large. Stops where `on_line` stops it.
  bool Read(std::string_view bytes, OnLine on_line);
  // What stands behind the last line end.
  std::string_view rest() const { return line_; }

 private:
  bool Keep(std::string_view bytes);

  Ends ends_;
  size_t max_line_bytes_;
  std::string line_;           // begun, not ended
  bool after_return_ = false;  // a CR ended the last line; an LF behind it is part of that end
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_STREAMS_LINE_CUTTER_H_
