// The plug-ins of this process: shared objects that add dialects, modes and providers through the C
// ABI of include/extractd/plugin.h. They are loaded before anything is served, once, and stay.
#ifndef EXTRACTD_SERVER_PLUGINS_PLUGIN_SET_H_
#define EXTRACTD_SERVER_PLUGINS_PLUGIN_SET_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "include/extractd/plugin.h"

namespace extractd::plugins {

struct Plugin {
  std::string name = {};
  std::string version = {};
  std::string file = {};
  std::vector<std::string> dialects = {};
  std::vector<std::string> modes = {};
  std::string providers = {};  // YAML, as of a file of providers; empty: none
};

// Loads the files *.so of `directory`, in the order of their names, and adds what they bring to the
// tables of dialects and modes. Does nothing if plug-ins were loaded already, or after Freeze. Not
// thread-safe.
// InvalidArgument, PermissionDenied: the folder or a file is not to be trusted, a file is no
// plug-in or of another ABI, or what it brings is not as the header says; the message begins with
// the path. What was added before stays.
absl::Status LoadPlugins(const std::string& directory);

// From now on nothing is loaded: calls are served.
void Freeze();

// In the order in which they were loaded.
std::span<const Plugin> LoadedPlugins();

// Checks the table of a plug-in and adds what it brings; part of LoadPlugins. `table` lives as long
// as the process.
absl::Status AddPlugin(const extractd_plugin* table, std::string_view file);

}  // namespace extractd::plugins

#endif  // EXTRACTD_SERVER_PLUGINS_PLUGIN_SET_H_
