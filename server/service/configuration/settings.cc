#include "server/service/configuration/settings.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/service/configuration/settings_table.h"

namespace extractd {

std::span<const Setting> AllSettings() {
  static const std::vector<Setting> table = MakeSettingsTable();
  return table;
}

const Setting* FindSetting(std::string_view name) {
  const auto table = AllSettings();
  const auto found = std::ranges::find(table, name, &Setting::name);
  return found == table.end() ? nullptr : &*found;
}

std::string VariableOf(const Setting& setting) {
  return "EXTRACTD_" + ToUpper(setting.name);
}

std::string FlagOf(const Setting& setting) {
  std::string flag = "--" + setting.name;
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string SettingsAsMarkdown() {
  std::string out =
      "| setting | variable | value | default | request field | reload | meaning |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Setting& setting : AllSettings()) {
    const auto code = [](const std::string& text) {
      return text.empty() ? std::string("–") : fmt::format("`{}`", text);
    };
    out += fmt::format(
        "| `{}` | `{}` | {} | {} | {} | {} | {} |\n",
        setting.name,
        VariableOf(setting),
        setting.type,
        code(setting.default_text),
        code(setting.request_field),
        setting.reloadable ? "yes" : "restart",
        setting.help
    );
  }
  return out;
}

}  // namespace extractd
