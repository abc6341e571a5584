#include "server/base/secret.h"

#include <cstring>

namespace extractd {

Secret::~Secret() {
  if (!value_.empty()) ::explicit_bzero(value_.data(), value_.size());
}

std::string Secret::ScrubFrom(std::string_view text) const {
  std::string out(text);
  if (value_.empty()) return out;
  for (size_t at = out.find(value_); at != std::string::npos; at = out.find(value_, at)) {
    out.replace(at, value_.size(), kRedacted);
    at += kRedacted.size();
  }
  return out;
}

}  // namespace extractd
