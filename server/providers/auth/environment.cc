#include "server/providers/auth/environment.h"

#include <cstdlib>
#include <fstream>

#include <absl/status/status.h>
#include <fmt/format.h>

namespace extractd::providers {

std::optional<std::string> Environment(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): never set here
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot be opened");
  std::string text(kMaxCredentialBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxCredentialBytes) {
    return absl::ResourceExhaustedError(fmt::format("is larger than {} bytes", kMaxCredentialBytes)
    );
  }
  return text;
}

}  // namespace extractd::providers
