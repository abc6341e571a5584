#include "server/base/secret.h"

#include <cstring>

namespace extractd {

Secret::Secret(std::string value) : value_(value.begin(), value.end()) {
  if (!value.empty()) ::explicit_bzero(value.data(), value.size());
}

std::string Secret::ScrubFrom(std::string_view text) const {
  std::string out(text);
  const std::string_view value = Reveal();
  if (value.empty()) return out;
  for (size_t at = out.find(value); at != std::string::npos; at = out.find(value, at)) {
    out.replace(at, value.size(), kRedacted);
    at += kRedacted.size();
  }
  return out;
}

}  // namespace extractd
