// Pictures and documents as blocks of the Messages protocol.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_MEDIA_BLOCK_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_MEDIA_BLOCK_H_

#include <string_view>

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"

namespace extractd::providers::anthropic {

// Writes one block. kInvalidRequest naming `provider`: audio, and documents other than PDF and
// texts.
absl::Status WriteMedia(const Media& media, std::string_view provider, json::TextWriter& out);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_MEDIA_BLOCK_H_
