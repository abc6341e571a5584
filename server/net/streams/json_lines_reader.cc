#include "server/net/streams/json_lines_reader.h"

#include <absl/strings/ascii.h>

#include "server/base/strings.h"

namespace extractd::net {

EventReader::Progress JsonLinesReader::Read(std::string_view bytes, OnEvent on_event) {
  if (progress_ != Progress::kGoesOn) return progress_;
  const auto on_line = [&](std::string_view line) { return ReadLine(line, on_event); };
  if (!lines_.Read(bytes, on_line)) progress_ = Progress::kTooLarge;
  return progress_;
}

EventReader::Progress JsonLinesReader::Finish(OnEvent on_event) {
  if (progress_ == Progress::kGoesOn) ReadLine(lines_.rest(), on_event);
  return progress_;
}

bool JsonLinesReader::ReadLine(std::string_view line, OnEvent on_event) {
  const std::string_view text = Std(absl::StripAsciiWhitespace(Absl(line)));
  if (text.empty() || on_event("", text)) return true;
  progress_ = Progress::kEnded;
  return false;
}

}  // namespace extractd::net
