#include "server/base/strings.h"

#include <absl/strings/ascii.h>

namespace extractd {

std::string ToLower(std::string_view text) {
  return absl::AsciiStrToLower(Absl(text));
}
std::string ToUpper(std::string_view text) {
  return absl::AsciiStrToUpper(Absl(text));
}

}  // namespace extractd
