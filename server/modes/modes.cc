#include "server/modes/modes.h"

#include <algorithm>
#include <array>

namespace extractd {

std::span<const ModeHandler* const> AllModes() {
  static const std::array<const ModeHandler*, 7> modes = {
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

const ModeHandler* FindModeHandler(std::string_view name) {
  const auto modes = AllModes();
  const auto found = std::ranges::find_if(modes, [name](const ModeHandler* mode) {
    return mode->traits().name == name;
  });
  return found == modes.end() ? nullptr : *found;
}

}  // namespace extractd
