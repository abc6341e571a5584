#include "server/json/toon/lines.h"

#include <algorithm>

namespace extractd::json::toon {

std::string_view LineReader::TakeLine() {
  const size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  ended_ = end == std::string_view::npos;
  rest_.remove_prefix(ended_ ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void LineReader::Advance() {
  line_.after_blank = false;
  while (!ended_) {
    const std::string_view line = TakeLine();
    ++line_.number;
    const size_t indentation = line.find_first_not_of(" \t");
    if (indentation == std::string_view::npos) {
      line_.after_blank = true;
      continue;
    }
    const std::string_view blank = line.substr(0, indentation);
    line_.tabs = static_cast<size_t>(std::ranges::count(blank, '\t'));
    if (line_.tabs == 0 && line[indentation] == '#') continue;
    line_.spaces = indentation - line_.tabs;
    line_.content = line.substr(indentation, line.find_last_not_of(' ') + 1 - indentation);
    return;
  }
  at_end_ = true;
}

}  // namespace extractd::json::toon
