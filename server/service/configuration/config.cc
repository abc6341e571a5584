#include "server/service/configuration/config.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "server/base/nearest.h"
#include "server/base/strings.h"
#include "server/plugins/plugin_set.h"
#include "server/service/callers/principal_config.h"
#include "server/service/configuration/config_files.h"
#include "server/service/configuration/price_config.h"
#include "server/service/configuration/provider_config.h"
#include "server/service/configuration/provider_files.h"
#include "server/service/configuration/settings.h"
#include "server/service/configuration/yaml_file.h"

namespace extractd {
namespace {

constexpr std::string_view kVariablePrefix = "EXTRACTD_";

std::string UnknownSetting(const std::string& name) {
  std::vector<std::string> known = {"providers", "principals"};
  for (const Setting& setting : AllSettings()) known.push_back(setting.name);
  const std::string nearest = NearestName(name, known);
  return nearest.empty() ? "unknown setting"
                         : fmt::format("unknown setting; did you mean '{}'?", nearest);
}

// A scalar, or a list as the text that flags and variables would have.
absl::StatusOr<std::string> TextOf(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  if (!node.IsSequence()) return absl::InvalidArgumentError("must be a single value or a list");
  std::vector<std::string> parts;
  for (const YAML::Node& element : node) {
    if (!element.IsScalar()) return absl::InvalidArgumentError("must be a list of single values");
    parts.push_back(element.Scalar());
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {
    config_.providers = ProvidersFromEnvironment(sources.environment);
  }

  absl::StatusOr<Config> Load() {
    ReadFile();
    ReadEnvironment();
    ReadFlags();
    ReadProviderRows();
    ReadPrices();
    ExpandBaseUrls(sources_.environment, config_.providers);
    if (config_.listen.empty()) {
      config_.listen = {"127.0.0.1:50051"};
      const std::string socket = DefaultSocketAddress(sources_);
      if (!socket.empty()) config_.listen.push_back(socket);
    }
    config_.files_hash = files_.hash();
    if (problems_.empty()) return std::move(config_);
    return absl::InvalidArgumentError(fmt::format("{}", fmt::join(problems_, "\n")));
  }

 private:
  void Complain(std::string_view place, std::string_view name, std::string_view problem) {
    problems_.push_back(fmt::format("{}: {}: {}", place, name, problem));
  }

  void Set(const Setting& setting, std::string_view text, const std::string& place) {
    const absl::Status status = setting.set(text, config_);
    if (!status.ok()) Complain(place, setting.name, std::string(status.message()));
  }

  std::string FileName() const {
    return sources_.file.empty() ? std::string(kDefaultConfigFile) : sources_.file;
  }

  void ReadFile() {
    std::error_code error;
    if (sources_.file.empty() && !std::filesystem::exists(kDefaultConfigFile, error)) return;
    const absl::StatusOr<YAML::Node> root = ReadYamlFile(FileName(), files_);
    if (root.ok()) {
      ReadBlock(FileName(), *root);
    } else {
      problems_.emplace_back(root.status().message());
    }
  }

  void ReadBlock(const std::string& path, const YAML::Node& root) {
    if (root.IsNull()) return;
    if (!root.IsMap()) {
      problems_.push_back(path + ": must be a block of settings");
      return;
    }
    for (const auto& entry : root) {
      const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const std::string place = fmt::format("{}:{}", path, entry.first.Mark().line + 1);
      if (name == "providers") {
        provider_block_.reset(entry.second);
        continue;
      }
      if (name == "principals") {
        ReadPrincipalBlock(path, entry.second);
        continue;
      }
      const Setting* setting = FindSetting(name);
      const absl::StatusOr<std::string> text = TextOf(entry.second);
      if (setting == nullptr) {
        Complain(place, name, UnknownSetting(name));
      } else if (!text.ok()) {
        Complain(place, name, std::string(text.status().message()));
      } else {
        Set(*setting, *text, place);
      }
    }
  }

  // The folder of a setting: what it names, or the usual one beside the file; empty: there is none.
  std::string Folder(const std::string& named, std::string_view usual) const {
    if (!named.empty()) return named;
    const auto folder = std::filesystem::path(FileName()).parent_path() / usual;
    std::error_code error;
    return std::filesystem::exists(folder, error) ? folder.string() : "";
  }

  void LoadPlugins() {
    const std::string folder = Folder(config_.plugins_dir, kPluginsFolder);
    if (folder.empty()) return;
    const absl::Status loaded = plugins::LoadPlugins(folder);
    if (loaded.ok()) return;
    problems_.push_back(fmt::format("plugins_dir: {}", Std(loaded.message())));
  }

  void ReadPluginRows() {
    for (const plugins::Plugin& plugin : plugins::LoadedPlugins()) {
      if (plugin.providers.empty()) continue;
      files_.Add(plugin.providers);
      const absl::StatusOr<YAML::Node> root = ReadYaml(plugin.file, plugin.providers);
      const absl::StatusOr<YAML::Node> block =
          root.ok() ? ProvidersIn(plugin.file, *root) : root.status();
      if (!block.ok()) {
        problems_.emplace_back(block.status().message());
      } else if (block->IsDefined()) {
        ReadProviderBlock(plugin.file, *block, plugin.name);
      }
    }
  }

  // The plug-ins' rows, the file's block, then the files of the folder, each by itself: one that is
  // wrong does not hide what is wrong with the next.
  void ReadProviderRows() {
    LoadPlugins();
    ReadPluginRows();
    if (provider_block_.IsDefined()) ReadProviderBlock(FileName(), provider_block_);
    const std::string folder = Folder(config_.providers_dir, kProvidersFolder);
    if (folder.empty()) return;
    const absl::StatusOr<std::vector<std::string>> files = ProviderFiles(folder);
    if (!files.ok()) {
      problems_.push_back(fmt::format("providers_dir: {}", std::string(files.status().message())));
      return;
    }
    for (const std::string& file : *files) {
      const absl::StatusOr<YAML::Node> block = ReadProviderFile(file, files_);
      if (!block.ok()) {
        problems_.emplace_back(block.status().message());
      } else if (block->IsDefined()) {
        ReadProviderBlock(file, *block);
      }
    }
  }

  void ReadProviderBlock(
      const std::string& path, const YAML::Node& block, const std::string& origin = "config"
  ) {
    std::vector<std::string> problems;
    const ProviderRows into = {
        config_.providers,
        config_.calls.provider_retry,
        config_.calls.provider_limits,
        own_prices_,
        origin
    };
    for (const std::string& name : ReadProviders(block, into, problems)) {
      config_.provider_files[name] = path;
    }
    for (const std::string& problem : problems) {
      problems_.push_back(fmt::format("{}: {}", path, problem));
    }
  }

  void ReadPrincipalBlock(const std::string& path, const YAML::Node& block) {
    std::vector<std::string> problems;
    ReadPrincipals(block, config_.callers.principals, problems);
    for (const std::string& problem : problems) {
      problems_.push_back(fmt::format("{}: {}", path, problem));
    }
  }

  void ReadEnvironment() {
    for (const auto& [variable, text] : sources_.environment) {
      if (!variable.starts_with(kVariablePrefix)) continue;
      const std::string name = ToLower(variable.substr(kVariablePrefix.size()));
      if (const Setting* setting = FindSetting(name)) {
        Set(*setting, text, variable);
      } else if (const std::string nearest = NearestSetting(name); !nearest.empty()) {
        Complain("environment", variable, fmt::format("did you mean {}?", nearest));
      }
    }
  }

  static std::string NearestSetting(const std::string& name) {
    std::vector<std::string> known;
    for (const Setting& setting : AllSettings()) known.push_back(setting.name);
    const Setting* nearest = FindSetting(NearestName(name, known));
    return nearest == nullptr ? "" : VariableOf(*nearest);
  }

  void ReadFlags() {
    for (const auto& [name, text] : sources_.flags) {
      const Setting* setting = FindSetting(name);
      if (setting == nullptr) {
        Complain("flag", name, UnknownSetting(name));
      } else {
        Set(*setting, text, FlagOf(*setting));
      }
    }
  }

  void ReadPrices() {
    absl::StatusOr<std::shared_ptr<const PriceTable>> prices =
        LoadPrices(config_.prices_file, std::move(own_prices_), files_);
    if (prices.ok()) {
      config_.calls.prices = *std::move(prices);
      return;
    }
    for (const absl::string_view line : absl::StrSplit(prices.status().message(), '\n')) {
      Complain(config_.prices_file, "prices_file", Std(line));
    }
  }

  const ConfigSources& sources_;
  Config config_;
  YAML::Node provider_block_{YAML::NodeType::Undefined};  // of the file
  std::vector<Price> own_prices_;                         // of models in blocks of providers
  ConfigFiles files_;
  std::vector<std::string> problems_;
};

}  // namespace

absl::StatusOr<Config> LoadConfig(const ConfigSources& sources) {
  return Loader(sources).Load();
}

std::string DefaultSocketAddress(const ConfigSources& sources) {
  const std::filesystem::path system = "/run/extractd";
  std::error_code error;
  std::filesystem::create_directories(system, error);
  if (::access(system.c_str(), W_OK) == 0) return "unix:/run/extractd/extractd.sock";
  const auto runtime = sources.environment.find("XDG_RUNTIME_DIR");
  if (runtime == sources.environment.end() || runtime->second.empty()) return {};
  const std::filesystem::path own = std::filesystem::path(runtime->second) / "extractd";
  std::filesystem::create_directories(own, error);
  if (::access(own.c_str(), W_OK) != 0) return {};
  return "unix:" + (own / "extractd.sock").string();
}

}  // namespace extractd
