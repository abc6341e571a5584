// Whether nobody but the operator can have written a file.
#ifndef EXTRACTD_SERVER_PLUGINS_TRUSTED_PATH_H_
#define EXTRACTD_SERVER_PLUGINS_TRUSTED_PATH_H_

#include <string>

#include <absl/status/status.h>

namespace extractd::plugins {

// `path`, behind its links, and every folder above it belong to root or to the user of this
// process, and neither their group nor others may write to them; to folders with the sticky bit, in
// which each may move only what is their own, they may. PermissionDenied: one does not; the message
// names it, what is wrong and the way out. InvalidArgument: it cannot be read.
absl::Status CheckTrusted(const std::string& path);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_TRUSTED_PATH_H_
