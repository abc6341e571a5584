#include "server/service/configuration/extension_settings.h"

#include "server/service/configuration/setting_kinds.h"

namespace extractd {

void AddExtensionSettings(std::vector<Setting>& table) {
  table.push_back(TextSetting(
      {.name = "prices_file",
       .reloadable = true,
       .help = "Prices of models besides the built-in ones (docs/prices.md)."},
      "path",
      [](auto& c) -> auto& { return c.prices_file; }
  ));
  table.push_back(TextSetting(
      {.name = "providers_dir",
       .reloadable = true,
       .help =
           "Folder of files with providers; else providers.d beside the configuration file, which "
           "may be absent."},
      "path",
      [](auto& c) -> auto& { return c.providers_dir; }
  ));
  table.push_back(TextSetting(
      {.name = "plugins_dir",
       .help = "Folder of plug-ins, which nobody else may write; else plugins.d beside the "
               "configuration file, which may be absent."},
      "path",
      [](auto& c) -> auto& { return c.plugins_dir; }
  ));
}

}  // namespace extractd
