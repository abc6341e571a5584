// Pictures and documents as blocks of the Messages protocol.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_MEDIA_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_MEDIA_H_

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"

namespace extractd::providers::anthropic {

// Writes one block. InvalidArgument: audio, and documents other than PDF and texts.
absl::Status WriteMedia(const Media& media, json::TextWriter& out);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_MEDIA_H_
