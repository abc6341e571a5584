// YAML as the configuration has it.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_YAML_FILE_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_YAML_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <yaml-cpp/yaml.h>

#include "server/service/configuration/config_files.h"

namespace extractd {

// A file, read through `files`. InvalidArgument: it cannot be read, is larger than 4 MiB, or is no
// YAML; the message begins with the path, and the line where there is one.
absl::StatusOr<YAML::Node> ReadYamlFile(const std::string& path, ConfigFiles& files);
// The same of a text that stands at `place`.
absl::StatusOr<YAML::Node> ReadYaml(std::string_view place, const std::string& text);

// What is wrong with a key that is none of `known`: "unknown key", with the nearest one.
std::string UnknownKey(std::string_view name, const std::vector<std::string>& known);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_YAML_FILE_H_
