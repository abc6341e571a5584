// The table of settings: the one place that says what can be set, by which names, with which
// default, and which request field overrides it. The documentation is printed from it.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTINGS_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTINGS_H_

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "server/service/configuration/config.h"

namespace extractd {

struct Setting {
  std::string name;           // YAML key; variable and flag follow from it
  std::string type;           // for people, e.g. "integer 0…20"
  std::string default_text;   // as it would be written in YAML
  std::string request_field;  // of ExtractRequest, which overrides it; empty: none
  bool reloadable = false;    // SIGHUP applies it; else it needs a restart
  std::string help;           // one sentence
  // InvalidArgument: what is wrong with the text. Lists are comma-separated.
  std::function<absl::Status(std::string_view text, Config& config)> set;
  std::function<std::string(const Config& config)> get;
};

std::span<const Setting> AllSettings();
const Setting* FindSetting(std::string_view name);

// "max_reasks" → "EXTRACTD_MAX_REASKS", "--max-reasks".
std::string VariableOf(const Setting& setting);
std::string FlagOf(const Setting& setting);

// The table as Markdown, for docs/configuration.md.
std::string SettingsAsMarkdown();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTINGS_H_
