// A sink that keeps what it is told, and a way to feed a decoder the data of a stream's events.
#ifndef EXTRACTD_TESTS_FAKES_KEPT_DELTAS_H_
#define EXTRACTD_TESTS_FAKES_KEPT_DELTAS_H_

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/chat/stream.h"

namespace extractd::fakes {

class KeptDeltas final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override {
    if (index >= calls.size()) calls.resize(index + 1);
    calls[index].tool = tool;
    calls[index].arguments += piece;
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }

  struct Call {
    std::string tool = {};
    std::string arguments = {};
  };
  std::string text;
  std::string thinking;
  std::vector<Call> calls;
};

// The data of each event of a stream in server-sent events.
inline std::vector<std::string> DataOfEvents(std::string_view stream) {
  std::vector<std::string> events;
  std::string data;
  bool open = false;
  while (!stream.empty()) {
    const size_t end = std::min(stream.find('\n'), stream.size());
    std::string_view line = stream.substr(0, end);
    stream.remove_prefix(std::min(end + 1, stream.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() && open) {
      events.push_back(std::exchange(data, {}));
      open = false;
    } else if (line.starts_with("data:")) {
      line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
      if (open) data += '\n';
      data += line;
      open = true;
    }
  }
  if (open) events.push_back(std::move(data));
  return events;
}

// Reads the events, as far as the decoder wants them, and what the whole is.
inline SendResult ReadStream(
    StreamDecoder& decoder, const std::vector<std::string>& events, DeltaSink& sink
) {
  for (const std::string& data : events) {
    // A copy of its own, so that a view that is kept too long is seen.
    const auto bytes = std::make_unique<char[]>(data.size());
    data.copy(bytes.get(), data.size());
    if (!decoder.Read({.data = {bytes.get(), data.size()}}, sink)) break;
  }
  return decoder.Finish();
}

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_KEPT_DELTAS_H_
