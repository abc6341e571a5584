// Media as the OpenAI protocols write them.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_MEDIA_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_MEDIA_H_

#include <string>
#include <string_view>

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include "server/chat/chat.h"

namespace extractd::providers {

std::string Base64(std::string_view bytes);
// "data:image/png;base64,…" of media that are bytes.
std::string DataUrl(const Media& media);
// The name of an audio format, "wav", from its media type, "audio/x-wav".
std::string_view AudioFormat(std::string_view media_type);
// Bytes that are text, whatever they are the document of: they need no form of their own.
bool IsTextDocument(const Media& media);

// kMediaNotSupported: the provider's API has no place for media of this kind from this source.
absl::Status UnsupportedMedia(std::string_view provider, const Media& media);

// Tells the parts of a message in the order in which they stand: the pieces of its text, and what
// stands between them.
absl::Status ForEachPart(
    const Message& message,
    absl::FunctionRef<void(std::string_view text)> on_text,
    absl::FunctionRef<absl::Status(const Media& media)> on_media
);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_MEDIA_H_
