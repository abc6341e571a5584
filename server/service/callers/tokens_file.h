// The file of callers' tokens. One token a line, as its principal and its hash, so that whoever
// reads the file cannot call; `#` begins a comment. A principal may have several, to change one for
// another while both count.
//
//   billing sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_TOKENS_FILE_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_TOKENS_FILE_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/secret.h"

namespace extractd {

using TokenHash = std::array<unsigned char, 32>;  // SHA-256

TokenHash HashOf(std::string_view token);

struct TokenRow {
  std::string principal = {};
  TokenHash hash = {};
};

inline constexpr size_t kMaxTokens = 1000;

// InvalidArgument: every line that is wrong, by its number, without its text.
absl::StatusOr<std::vector<TokenRow>> ParseTokens(std::string_view text);

// A token that nobody had before, of 256 random bits.
Secret NewToken();
// The line of the file for it.
std::string TokenLine(std::string_view principal, const Secret& token);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_TOKENS_FILE_H_
