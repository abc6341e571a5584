// A sink that keeps what it is told, for tests of stream decoders.
#ifndef EXTRACTD_TESTS_FAKES_DELTA_LOG_H_
#define EXTRACTD_TESTS_FAKES_DELTA_LOG_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/stream.h"

namespace extractd {

class DeltaLog final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override {
    text += piece;
    lines.push_back("text " + std::string(piece));
  }
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override {
    arguments[index] += piece;
    lines.push_back(std::to_string(index) + " " + std::string(tool) + " " + std::string(piece));
  }
  void OnThinking(std::string_view piece) override {
    thinking += piece;
    lines.push_back("thinking " + std::string(piece));
  }

  std::string text = {};
  std::string thinking = {};
  std::map<size_t, std::string> arguments = {};
  std::vector<std::string> lines = {};  // one a call, in their order
};

}  // namespace extractd

#endif  // EXTRACTD_TESTS_FAKES_DELTA_LOG_H_
