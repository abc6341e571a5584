#include "server/plugins/plugin_set.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/plugins/plugin_dialect.h"
#include "server/plugins/plugin_mode.h"
#include "server/plugins/plugin_stream.h"
#include "server/plugins/trusted_path.h"
#include "server/providers/provider_table.h"

namespace extractd::plugins {
namespace {

constexpr size_t kMaxFiles = 100;
constexpr size_t kMaxParts = 100;  // dialects, and modes, of one plug-in
constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxWordsBytes = size_t{64} << 10U;
constexpr size_t kMaxProvidersBytes = size_t{4} << 20U;

// Of the whole process; changes only before anything is served.
struct State {
  std::vector<Plugin> plugins;
  std::vector<std::unique_ptr<const PluginDialect>> dialects;
  std::vector<PluginMode> modes;
  bool frozen = false;
};
State& TheState() {
  static State state;
  return state;
}

absl::Status Wrong(std::string_view file, std::string_view problem) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", file, problem));
}

// A C string of at most so many bytes; never reads beyond them.
std::string_view Bounded(const char* text, size_t most) {
  return text == nullptr ? std::string_view() : std::string_view(text, ::strnlen(text, most + 1));
}

bool IsWord(const char* text, bool (*allowed)(char)) {
  const std::string_view word = Bounded(text, kMaxNameBytes);
  return !word.empty() && word.size() <= kMaxNameBytes && std::ranges::all_of(word, allowed);
}

bool IsWords(const char* text) {
  const std::string_view words = Bounded(text, kMaxWordsBytes);
  return !words.empty() && words.size() <= kMaxWordsBytes && IsValidUtf8(words);
}

bool IsLower(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}
bool IsUpper(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool IsPrintable(char c) {
  return c >= ' ' && c <= '~';
}

absl::Status CheckDialect(const extractd_dialect& dialect, std::string_view file) {
  if (!IsWord(dialect.name, IsLower)) {
    return Wrong(file, "the name of a dialect must be 1 to 64 of a-z 0-9 _");
  }
  const std::string place = fmt::format("dialect '{}'", dialect.name);
  if (dialect.encode == nullptr || dialect.decode == nullptr) {
    return Wrong(file, place + " has no encode, or no decode");
  }
  if ((dialect.stream_begin == nullptr) != (dialect.stream_end == nullptr)) {
    return Wrong(file, place + " has one of stream_begin and stream_end without the other");
  }
  if (dialect.stream_begin != nullptr && dialect.stream_read == nullptr) {
    return Wrong(file, place + " begins streams, and has no stream_read");
  }
  if (!FramingOf(dialect.framing).has_value()) {
    return Wrong(file, place + ": framing is none of extractd_framing");
  }
  if (providers::FindDialect(dialect.name) == nullptr) return absl::OkStatus();
  return Wrong(file, place + " is there already");
}

// What is wrong with the words of a mode; empty: nothing.
std::string_view WrongWords(const extractd_mode& mode) {
  const bool tool = mode.answer == EXTRACTD_ANSWER_TOOL;
  if (!IsWords(mode.description)) return "description must be a text";
  if (mode.instruction == nullptr ? !tool : !IsWords(mode.instruction)) {
    return "instruction must be a text of at most 64 KiB";
  }
  if (mode.correction != nullptr && !IsWords(mode.correction)) {
    return "correction must be a text of at most 64 KiB";
  }
  const bool judges = mode.find != nullptr || mode.correction != nullptr;
  return tool && judges ? "the answer of a tool is neither found nor corrected" : "";
}

bool IsKnown(std::int32_t answer) {
  return answer == EXTRACTD_ANSWER_TEXT || answer == EXTRACTD_ANSWER_JSON_OBJECT ||
         answer == EXTRACTD_ANSWER_TOOL;
}

absl::Status CheckMode(const extractd_mode& mode, std::string_view file) {
  if (!IsWord(mode.name, IsUpper)) {
    return Wrong(file, "the name of a mode must be 1 to 64 of A-Z 0-9 _");
  }
  const std::string place = fmt::format("mode '{}'", mode.name);
  if (!IsKnown(mode.answer)) return Wrong(file, place + ": answer is none of extractd_answer");
  const std::string_view problem = WrongWords(mode);
  if (!problem.empty()) return Wrong(file, fmt::format("{}: {}", place, problem));
  if (FindModeHandler(mode.name) == nullptr) return absl::OkStatus();
  return Wrong(file, place + " is there already");
}

absl::Status CheckLists(const extractd_plugin& table, std::string_view file) {
  const bool no_list = (table.dialects == nullptr && table.dialect_count > 0) ||
                       (table.modes == nullptr && table.mode_count > 0);
  if (no_list || table.dialect_count > kMaxParts || table.mode_count > kMaxParts) {
    return Wrong(file, fmt::format("has more than {} dialects or modes", kMaxParts));
  }
  return absl::OkStatus();
}

absl::Status CheckTable(const extractd_plugin& table, std::string_view file) {
  if (!IsWord(table.name, IsPrintable) || !IsWord(table.version, IsPrintable)) {
    return Wrong(file, "name and version must be 1 to 64 printable ASCII characters each");
  }
  RETURN_IF_ERROR(CheckLists(table, file));
  const std::string_view providers = Bounded(table.providers, kMaxProvidersBytes);
  if (providers.size() > kMaxProvidersBytes || !IsValidUtf8(providers)) {
    return Wrong(file, "providers must be a text of at most 4 MiB");
  }
  for (const Plugin& other : TheState().plugins) {
    if (other.name != table.name) continue;
    return Wrong(
        file, fmt::format("plug-in '{}' is there already, from {}", other.name, other.file)
    );
  }
  return absl::OkStatus();
}

absl::Status LoadFile(const std::string& file) {
  RETURN_IF_ERROR(CheckTrusted(file));
  void* object = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) {
    const char* problem = ::dlerror();  // NOLINT(concurrency-mt-unsafe): of this thread in glibc
    return Wrong(file, fmt::format("cannot be loaded: {}", problem == nullptr ? "" : problem));
  }
  const auto get =
      reinterpret_cast<extractd_plugin_get_function>(::dlsym(object, "extractd_plugin_get"));
  if (get == nullptr) return Wrong(file, "is no plug-in: it has no extractd_plugin_get");
  return AddPlugin(get(EXTRACTD_PLUGIN_ABI), file);
}

absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> files;
  std::filesystem::directory_iterator entries(directory, error);
  while (!error && entries != std::filesystem::directory_iterator()) {
    const std::filesystem::path path = entries->path();
    if (path.extension() == ".so" && !path.filename().string().starts_with('.')) {
      files.push_back(path);
    }
    entries.increment(error);
  }
  if (error) return Wrong(directory, "cannot be read: " + error.message());
  if (files.size() > kMaxFiles) {
    return Wrong(directory, fmt::format("has more than {} plug-ins", kMaxFiles));
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

absl::Status AddPlugin(const extractd_plugin* table, std::string_view file) {
  if (table == nullptr) {
    return Wrong(
        file, fmt::format("the plug-in cannot serve ABI {}, which is ours", EXTRACTD_PLUGIN_ABI)
    );
  }
  if (table->abi != EXTRACTD_PLUGIN_ABI) {
    return Wrong(
        file,
        fmt::format(
            "the plug-in is of ABI {}, this extractd of ABI {}; build it with this version's "
            "extractd/plugin.h",
            table->abi,
            EXTRACTD_PLUGIN_ABI
        )
    );
  }
  RETURN_IF_ERROR(CheckTable(*table, file));
  Plugin plugin = {
      .name = table->name,
      .version = table->version,
      .file = std::string(file),
      .providers = std::string(Bounded(table->providers, kMaxProvidersBytes)),
  };
  State& state = TheState();
  for (const extractd_dialect& dialect : std::span(table->dialects, table->dialect_count)) {
    RETURN_IF_ERROR(CheckDialect(dialect, file));
    state.dialects.push_back(std::make_unique<const PluginDialect>(plugin.name, dialect));
    providers::AddDialect(*state.dialects.back());
    plugin.dialects.emplace_back(dialect.name);
  }
  for (const extractd_mode& mode : std::span(table->modes, table->mode_count)) {
    RETURN_IF_ERROR(CheckMode(mode, file));
    state.modes.push_back(MakeMode(mode));
    AddMode(*state.modes.back().handler);
    plugin.modes.emplace_back(mode.name);
  }
  state.plugins.push_back(std::move(plugin));
  return absl::OkStatus();
}

absl::Status LoadPlugins(const std::string& directory) {
  const State& state = TheState();
  if (state.frozen || !state.plugins.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckTrusted(directory));
  ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(directory));
  for (const std::string& file : files) RETURN_IF_ERROR(LoadFile(file));
  return absl::OkStatus();
}

void Freeze() {
  TheState().frozen = true;
}

std::span<const Plugin> LoadedPlugins() {
  return TheState().plugins;
}

}  // namespace extractd::plugins
