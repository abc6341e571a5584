#include "server/net/streams/line_cutter.h"

#include <algorithm>

namespace extractd::net {
namespace {

// Where a sign comes next. Looks at each byte once, though both line ends are looked for.
class NextSign {
 public:
  NextSign(std::string_view text, char sign) : text_(text), sign_(sign) {}
  // From `at` on; `at` never falls.
  size_t From(size_t at) {
    if (found_ == kUnknown || (found_ != std::string_view::npos && found_ < at)) {
      found_ = text_.find(sign_, at);
    }
    return found_;
  }

 private:
  static constexpr size_t kUnknown = std::string_view::npos - 1;
  std::string_view text_;
  char sign_;
  size_t found_ = kUnknown;
};

}  // namespace

bool LineCutter::Read(std::string_view bytes, OnLine on_line) {
  NextSign feeds(bytes, '\n');
  NextSign returns(bytes, '\r');
  size_t at = 0;
  while (at < bytes.size()) {
    if (after_return_) {
      after_return_ = false;
      if (bytes[at] == '\n') {
        ++at;
        continue;
      }
    }
    size_t end = feeds.From(at);
    if (ends_ == Ends::kAll) end = std::min(end, returns.From(at));
    if (end == std::string_view::npos) return Keep(bytes.substr(at));
    std::string_view line = bytes.substr(at, end - at);
    if (!line_.empty()) {
      if (!Keep(line)) return false;
      line = line_;
    }
    if (line.size() > max_line_bytes_) return false;
    after_return_ = bytes[end] == '\r';
    at = end + 1;
    const bool goes_on = on_line(line);
    line_.clear();
    if (!goes_on) return true;
  }
  return true;
}

bool LineCutter::Keep(std::string_view bytes) {
  if (bytes.size() > max_line_bytes_ - line_.size()) return false;
  line_ += bytes;
  return true;
}

}  // namespace extractd::net
