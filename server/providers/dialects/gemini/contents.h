// The chat as `systemInstruction` and `contents`.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_CONTENTS_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_CONTENTS_H_

#include "server/chat/chat.h"
#include "server/json/text_writer.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::gemini {

struct ContentsStyle {
  // A cached content has a system instruction of its own and allows none beside it: what the
  // request says stands at the start of the chat instead.
  bool system_in_chat = false;
  // The API misses signatures in calls that it did not make, unless it is told to.
  bool excuse_signatures = false;
};

// Adds the members to the object that `out` has open. Turns of the same role become one, and the
// last is the user's.
void WriteChat(
    const ProviderRow& row,
    const ChatRequest& request,
    const ContentsStyle& style,
    json::TextWriter& out
);

}  // namespace extractd::providers::gemini

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_CONTENTS_H_
