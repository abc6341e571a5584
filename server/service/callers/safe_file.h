// Files that decide who may call: read only where nobody else could have written or seen them.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_SAFE_FILE_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_SAFE_FILE_H_

#include <cstdint>
#include <string>

#include <absl/status/statusor.h>

namespace extractd {

enum class Safety : std::uint8_t { kAny, kOwnersOnly };

// The whole file, of 1 MiB at most. With kOwnersOnly it belongs to this user or to root, its group
// cannot write it, and others can neither read nor write it. InvalidArgument: what is wrong with
// it, by its path, and what to do.
absl::StatusOr<std::string> ReadSafeFile(const std::string& path, Safety safety);

// Changes whenever the file does, a symbolic link to it is turned, or it comes or goes.
std::string StampOf(const std::string& path);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_SAFE_FILE_H_
