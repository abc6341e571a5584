// What a dialect of a plug-in says that a reply means, from JSON. docs/plugins.md describes the
// form.
#ifndef EXTRACTD_SERVER_PLUGINS_REPLY_JSON_H_
#define EXTRACTD_SERVER_PLUGINS_REPLY_JSON_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/chat/upstream.h"

namespace extractd::plugins {

// At most so many tool calls, thoughts and citations are read, each.
inline constexpr size_t kMaxReplyParts = 1'000;

// Internal: the text has not that form; the message names the member.
absl::StatusOr<SendResult> ReadReplyJson(std::string_view text);

// What one event of a stream says.
struct ReplyDelta {
  SendResult added = {};           // a failure, or what the reply has more
  std::vector<size_t> calls = {};  // of each tool call of `added`: its place among the reply's
  bool last = false;               // what follows need not be read
};

// Internal: as ReadReplyJson.
absl::StatusOr<ReplyDelta> ReadDeltaJson(std::string_view text);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_REPLY_JSON_H_
