// What every provider demands of the order of a chat: checked over whatever is sent in a test.
#ifndef EXTRACTD_TESTS_FAKES_ROLE_ORDER_H_
#define EXTRACTD_TESTS_FAKES_ROLE_ORDER_H_

#include <string>
#include <vector>

#include "server/chat/chat.h"
#include "server/json/value.h"

namespace extractd::fakes {

// Empty, or what is wrong with a neutral chat: a tool call without its result right behind it, a
// result of no call, an empty assistant message, two assistant messages in a row, an assistant
// message at the end.
std::string RoleOrderProblem(const std::vector<Message>& messages);

// The same of a request body, by the members that it has: "messages" of OpenAI's chat API and of
// those like it, "messages" with blocks of content as Anthropic and Bedrock have them, "input" of
// OpenAI's responses, "contents" of Gemini. Bodies of other forms are fine.
std::string RoleOrderProblem(const json::Value& body);

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_ROLE_ORDER_H_
