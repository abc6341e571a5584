#include "server/service/configuration/config_files.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <absl/status/status.h>
#include <fmt/format.h>
#include <xxhash.h>

namespace extractd {
namespace {

constexpr std::uintmax_t kMaxFileBytes = 4 << 20U;

}  // namespace

absl::StatusOr<std::string> ConfigFiles::Read(const std::string& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kMaxFileBytes && !error) {
    return absl::InvalidArgumentError("is larger than 4 MiB");
  }
  if (error) return absl::InvalidArgumentError("cannot be read: " + error.message());
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError("cannot be read");
  std::string text(std::istreambuf_iterator<char>(file), {});
  Add(text);
  return text;
}

void ConfigFiles::Add(std::string_view text) {
  texts_ += fmt::format("{}:{}", text.size(), text);
}

std::string ConfigFiles::hash() const {
  return ConfigHash(texts_);
}

std::string ConfigHash(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace extractd
