// The folder whose files add providers: each is YAML with a `providers` block, as the configuration
// file has it, and nothing else.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_PROVIDER_FILES_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_PROVIDER_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <yaml-cpp/yaml.h>

#include "server/service/configuration/config_files.h"

namespace extractd {

// The folder's files in the order in which they count, which is that of their names: *.yaml and
// *.yml, without hidden ones. InvalidArgument: it cannot be read, or has more than 1,000 of them.
absl::StatusOr<std::vector<std::string>> ProviderFiles(const std::string& directory);

// The `providers` block of what was read at `place`; undefined if that is empty. InvalidArgument:
// there is anything else; the message begins with the place.
absl::StatusOr<YAML::Node> ProvidersIn(std::string_view place, const YAML::Node& root);

// The same of a file. InvalidArgument: the errors of ReadYamlFile, too.
absl::StatusOr<YAML::Node> ReadProviderFile(const std::string& path, ConfigFiles& files);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_PROVIDER_FILES_H_
