// The conversation as this API wants it: user and assistant in turns, tool results among what the
// user says.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_MESSAGES_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_MESSAGES_H_

#include <string>
#include <vector>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"

namespace extractd::providers::bedrock_converse {

// The members "messages" and, where there is one, "system".
void WriteConversation(const std::vector<Message>& messages, json::TextWriter& out);

// The names of the tools that the conversation has calls of, each once.
std::vector<std::string> ToolsSpokenOf(const std::vector<Message>& messages);

}  // namespace extractd::providers::bedrock_converse

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_MESSAGES_H_
