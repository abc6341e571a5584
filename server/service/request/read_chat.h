// The chat of a request: system prompt, messages with their parts, input.
#ifndef EXTRACTD_SERVER_SERVICE_REQUEST_READ_CHAT_H_
#define EXTRACTD_SERVER_SERVICE_REQUEST_READ_CHAT_H_

#include <cstddef>
#include <vector>

#include "extractd/v1/extraction.pb.h"
#include "server/base/error.h"
#include "server/engine/call.h"

namespace extractd {

// Media in a request, all together.
inline constexpr size_t kMaxMedia = 256;

// What is wrong with a chat, each with its field's path.
struct ChatProblems {
  std::vector<FieldViolation>& fields;
  std::vector<FieldViolation>& urls;  // that no provider is sent to
};

// Fills the messages of `call`, whose input_encoding is set. Appends to `problems`.
void ReadChat(const v1::ExtractRequest& request, ExtractCall& call, const ChatProblems& problems);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_REQUEST_READ_CHAT_H_
