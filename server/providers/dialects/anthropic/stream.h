// Reads streamed replies of the Messages protocol.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_STREAM_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_STREAM_H_

#include <memory>

#include "server/chat/stream.h"

namespace extractd::providers::anthropic {

std::unique_ptr<StreamDecoder> NewStreamDecoder();

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_STREAM_H_
