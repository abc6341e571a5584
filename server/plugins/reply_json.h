// What a dialect of a plug-in says that a reply means, from JSON. docs/plugins.md describes the
// form.
#ifndef EXTRACTD_SERVER_PLUGINS_REPLY_JSON_H_
#define EXTRACTD_SERVER_PLUGINS_REPLY_JSON_H_

#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/upstream.h"

namespace extractd::plugins {

// At most so many tool calls, thoughts and citations are read, each.
inline constexpr size_t kMaxReplyParts = 1'000;

// Internal: the text has not that form; the message names the member.
absl::StatusOr<SendResult> ReadReplyJson(std::string_view text);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_REPLY_JSON_H_
