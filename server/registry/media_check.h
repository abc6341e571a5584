// Whether a provider's model takes the media of a chat, as far as its row and family know.
#ifndef EXTRACTD_SERVER_REGISTRY_MEDIA_CHECK_H_
#define EXTRACTD_SERVER_REGISTRY_MEDIA_CHECK_H_

#include <span>

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd {

// kMediaNotSupported (metadata: media_type, supported, limit): the kind, the type, the source, the
// size or the number of one of them is not taken.
absl::Status CheckMedia(
    const ProviderRow& row, const ModelFamily& family, std::span<const Message> messages
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_MEDIA_CHECK_H_
