// StreamView: an extraction on the terminal while it runs: the value grows in place, and makes room
// for the answer in the end.
#ifndef EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_STREAM_VIEW_H_
#define EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_STREAM_VIEW_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "extractctl/output.h"
#include "extractd/client.h"

namespace extractd::ctl {

// With --json each event is a line of JSON. Where stdout is no terminal, nothing is shown before
// the answer.
class StreamView {
 public:
  explicit StreamView(const OutputOptions& options);

  // For Client::ExtractStream, whose request asks for snapshots if wants_snapshots().
  bool OnEvent(const v1::ExtractStreamResponse& event);
  bool wants_snapshots() const { return terminal_; }

 private:
  void Draw(const std::string& text);
  void Erase();

  OutputOptions options_;
  bool terminal_;
  std::string items_;  // of a list, so far
  size_t rows_ = 0;    // that are drawn
};

// The last lines of `text` that fit into a window, and how many rows they take there.
struct Fitted {
  std::string_view text = {};
  size_t rows = 0;
};
Fitted FitInto(std::string_view text, size_t rows, size_t columns);

}  // namespace extractd::ctl

#endif  // EXTRACTD_CLIENT_SDK_CPP_EXTRACTCTL_STREAM_VIEW_H_
