#include "server/net/streams/sse_reader.h"

namespace extractd::net {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

EventReader::Progress SseReader::Read(std::string_view bytes, OnEvent on_event) {
  if (progress_ != Progress::kGoesOn) return progress_;
  const auto on_line = [&](std::string_view line) { return ReadLine(line, on_event); };
  if (!lines_.Read(bytes, on_line)) End(Progress::kTooLarge);
  return progress_;
}

EventReader::Progress SseReader::Finish(OnEvent on_event) {
  if (progress_ != Progress::kGoesOn) return progress_;
  if (lines_.rest().empty() || ReadLine(lines_.rest(), on_event)) Dispatch(on_event);
  return progress_;
}

bool SseReader::ReadLine(std::string_view line, OnEvent on_event) {
  if (first_line_) {
    first_line_ = false;
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) return Dispatch(on_event);
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return ReadField(line, "");
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return ReadField(line.substr(0, colon), value);
}

bool SseReader::ReadField(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (value.size() + 1 > max_event_bytes_ - data_.size()) return End(Progress::kTooLarge);
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    name_ = value;
  }
  return true;
}

bool SseReader::Dispatch(OnEvent on_event) {
  const bool goes_on = data_.empty() || on_event(name_, data_);
  name_.clear();
  data_.clear();
  has_data_ = false;
  return goes_on || End(Progress::kEnded);
}

bool SseReader::End(Progress progress) {
  progress_ = progress;
  return false;
}

}  // namespace extractd::net
