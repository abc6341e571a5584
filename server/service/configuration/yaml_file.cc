#include "server/service/configuration/yaml_file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/nearest.h"

namespace extractd {
namespace {

constexpr std::uintmax_t kMaxFileBytes = 4 << 20U;

}  // namespace

absl::StatusOr<YAML::Node> ReadYaml(std::string_view place, const std::string& text) {
  // yaml-cpp reports by exception; none leaves this function.
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& exception) {
    return absl::InvalidArgumentError(
        fmt::format("{}:{}: not YAML: {}", place, exception.mark.line + 1, exception.msg)
    );
  }
}

absl::StatusOr<YAML::Node> ReadYamlFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kMaxFileBytes && !error) {
    return absl::InvalidArgumentError(path + ": is larger than 4 MiB");
  }
  std::ifstream file(path, std::ios::binary);
  if (error || !file) {
    return absl::InvalidArgumentError(
        fmt::format("{}: cannot be read{}", path, error ? fmt::format(": {}", error.message()) : "")
    );
  }
  return ReadYaml(path, std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string UnknownKey(std::string_view name, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(name, known);
  return nearest.empty() ? "unknown key" : fmt::format("unknown key; did you mean '{}'?", nearest);
}

}  // namespace extractd
