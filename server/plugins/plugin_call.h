// Calls across the border to plug-ins: what they write is collected within a limit, and what they
// do wrong becomes a failure of ours.
#ifndef EXTRACTD_SERVER_PLUGINS_PLUGIN_CALL_H_
#define EXTRACTD_SERVER_PLUGINS_PLUGIN_CALL_H_

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include "include/extractd/plugin.h"

namespace extractd::plugins {

// Most that one call may write.
inline constexpr size_t kMaxOutputBytes = size_t{64} << 20U;

inline extractd_text TextOf(std::string_view text) {
  return {.data = text.data(), .size = text.size()};
}

// What `call` writes. Internal: it fails, throws, writes more than `limit` or what is not UTF-8;
// the message says who (`what`, e.g. "plug-in 'acme': encode") and what it wrote of it.
absl::StatusOr<std::string> Written(
    std::string_view what,
    absl::FunctionRef<int(extractd_output* output)> call,
    size_t limit = kMaxOutputBytes
);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_PLUGIN_CALL_H_
