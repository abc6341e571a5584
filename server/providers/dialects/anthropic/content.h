// Conversations as the Messages protocol wants them: system texts apart, turns of user and model
// that alternate, results of tools first in the turn after their calls.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_CONTENT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_CONTENT_H_

#include <span>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"

namespace extractd::providers::anthropic {

// Writes the members `system`, if there is anything to say in it, and `messages`.
// kInvalidRequest naming `provider`: media that the protocol can't carry.
absl::Status WriteChat(
    std::span<const Message> messages, std::string_view provider, json::TextWriter& out
);

// `arguments` as the object that the protocol needs: what is none is kept as its one member.
std::string InputOf(std::string_view arguments);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_CONTENT_H_
