#include "server/modes/modes.h"

#include <algorithm>
#include <vector>

namespace extractd {

namespace {

// Changes only before anything is served.
std::vector<const ModeHandler*>& Modes() {
  static std::vector<const ModeHandler*> modes = {
      &JsonModeHandler(),
      &JsonSchemaModeHandler(),
      &MdJsonModeHandler(),
      &ParallelToolsModeHandler(),
      &ReasoningToolsModeHandler(),
      &ResponsesToolsModeHandler(),
      &ToolsModeHandler(),
  };
  return modes;
}

}  // namespace

std::span<const ModeHandler* const> AllModes() {
  return Modes();
}

void AddMode(const ModeHandler& mode) {
  Modes().push_back(&mode);
}

const ModeHandler* FindModeHandler(std::string_view name) {
  const auto modes = AllModes();
  const auto found = std::ranges::find_if(modes, [name](const ModeHandler* mode) {
    return mode->traits().name == name;
  });
  return found == modes.end() ? nullptr : *found;
}

}  // namespace extractd
