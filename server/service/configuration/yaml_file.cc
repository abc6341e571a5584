#include "server/service/configuration/yaml_file.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/nearest.h"
#include "server/base/strings.h"

namespace extractd {

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

absl::StatusOr<YAML::Node> ReadYamlFile(const std::string& path, ConfigFiles& files) {
  const absl::StatusOr<std::string> text = files.Read(path);
  if (text.ok()) return ReadYaml(path, *text);
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, Std(text.status().message())));
}

std::string UnknownKey(std::string_view name, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(name, known);
  return nearest.empty() ? "unknown key" : fmt::format("unknown key; did you mean '{}'?", nearest);
}

}  // namespace extractd
