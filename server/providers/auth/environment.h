// What signers read of the machine they run on: environment variables and small files.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_ENVIRONMENT_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_ENVIRONMENT_H_

#include <cstddef>
#include <optional>
#include <string>

#include <absl/status/statusor.h>

namespace extractd::providers {

// Keys and credentials files are not longer.
inline constexpr size_t kMaxCredentialBytes = 64 * 1024;

// Nothing if it is not set, or empty.
std::optional<std::string> Environment(const std::string& name);

// The whole file. NotFound: it cannot be opened. ResourceExhausted: it is longer than
// kMaxCredentialBytes. The message continues a sentence that names the file.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path);

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_ENVIRONMENT_H_
