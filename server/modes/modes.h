// The handlers that modes.cc collects, one a file.
#ifndef EXTRACTD_SERVER_MODES_MODES_H_
#define EXTRACTD_SERVER_MODES_MODES_H_

#include "server/modes/mode_handler.h"

namespace extractd {

const ModeHandler& JsonModeHandler();
const ModeHandler& JsonSchemaModeHandler();
const ModeHandler& MdJsonModeHandler();
const ModeHandler& ParallelToolsModeHandler();
const ModeHandler& ReasoningToolsModeHandler();
const ModeHandler& ResponsesToolsModeHandler();
const ModeHandler& ToolsModeHandler();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_MODES_H_
