// Reading the members that whole replies and the pieces of streamed ones have in common. Each is
// spelt in several ways; what is missing or of another type reads as nothing.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REPLY_PARTS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REPLY_PARTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/chat.h"
#include "server/json/value.h"

namespace extractd::providers::openai_chat {

// Of a message's `content`: a string, or a list of parts, some of which are thoughts.
struct Content {
  std::string text = {};
  std::string thinking = {};
};
Content ReadContent(const json::Value* content);

// A message's thoughts beside its content.
std::string_view ReadThinking(const json::Value& message);

// A function's `arguments`: a string of JSON, or the object itself.
std::string ReadArguments(const json::Value& function);

// kUnspecified: the word is empty. kOther: it is unknown.
FinishReason ReadFinishReason(std::string_view word);
// Reasons to stop that are failures of the provider, not of the answer.
bool IsProviderFailure(std::string_view finish_reason);

// What the body says of tokens; nothing if it says nothing.
std::optional<Usage> ReadUsage(const json::Value& body);

// Sources that a body names, and those that its message does.
void ReadSources(const json::Value& body, std::vector<Citation>& citations);
void ReadAnnotations(const json::Value& message, std::vector<Citation>& citations);

}  // namespace extractd::providers::openai_chat

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_REPLY_PARTS_H_
