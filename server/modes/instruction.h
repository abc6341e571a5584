// Where a mode's instructions go in a chat.
#ifndef EXTRACTD_SERVER_MODES_INSTRUCTION_H_
#define EXTRACTD_SERVER_MODES_INSTRUCTION_H_

#include <string_view>

#include "server/chat/chat.h"
#include "server/modes/mode_handler.h"

namespace extractd {

// Adds `instruction` after the last user message's text if the style says so, else to the leading
// system message, so that calls with the same schema share a prefix that providers can cache. Makes
// the message where there is none.
void AddInstruction(std::string_view instruction, const AskStyle& style, ChatRequest& request);

// Lets the model choose whether it calls the tools that it was given, and tells it to.
void FreeToolUse(const AskStyle& style, ChatRequest& request);

// Puts one solved extraction of another schema in front of the chat's first turn; `wording` is the
// instruction that follows its text, with the outline of its schema appended.
void AddWorkedExample(std::string_view wording, ChatRequest& request);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_MODES_INSTRUCTION_H_
