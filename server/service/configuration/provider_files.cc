#include "server/service/configuration/provider_files.h"

#include <algorithm>
#include <filesystem>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/service/configuration/yaml_file.h"

namespace extractd {
namespace {

constexpr size_t kMaxFiles = 1'000;

// Editors and mounts of Kubernetes leave hidden files beside those that are meant.
bool Counts(const std::filesystem::directory_entry& entry) {
  const std::filesystem::path name = entry.path().filename();
  const bool hidden = name.string().starts_with('.');
  const bool yaml = name.extension() == ".yaml" || name.extension() == ".yml";
  std::error_code error;
  return !hidden && yaml && !entry.is_directory(error);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ProviderFiles(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> files;
  std::filesystem::directory_iterator entries(directory, error);
  while (!error && entries != std::filesystem::directory_iterator()) {
    if (Counts(*entries)) files.push_back(entries->path());
    entries.increment(error);
  }
  if (error) {
    return absl::InvalidArgumentError(
        fmt::format("{}: cannot be read: {}", directory, error.message())
    );
  }
  if (files.size() > kMaxFiles) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: has {} files of providers, more than {}; put several into one",
        directory,
        files.size(),
        kMaxFiles
    ));
  }
  std::ranges::sort(files);
  return files;
}

absl::StatusOr<YAML::Node> ReadProviderFile(const std::string& path, ConfigFiles& files) {
  ASSIGN_OR_RETURN(const YAML::Node root, ReadYamlFile(path, files));
  return ProvidersIn(path, root);
}

absl::StatusOr<YAML::Node> ProvidersIn(std::string_view place, const YAML::Node& root) {
  YAML::Node block(YAML::NodeType::Undefined);
  if (root.IsNull()) return block;
  if (!root.IsMap()) {
    return absl::InvalidArgumentError(fmt::format("{}: must be a block with `providers`", place));
  }
  for (const auto& entry : root) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (name == "providers") {
      block.reset(entry.second);
      continue;
    }
    return absl::InvalidArgumentError(fmt::format(
        "{}:{}: {}: {}; there is nothing but `providers` here",
        place,
        entry.first.Mark().line + 1,
        name,
        UnknownKey(name, {"providers"})
    ));
  }
  return block;
}

}  // namespace extractd
