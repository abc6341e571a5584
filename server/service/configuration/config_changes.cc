#include "server/service/configuration/config_changes.h"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/service/configuration/config_files.h"
#include "server/service/configuration/settings.h"

namespace extractd {
namespace {

template <class T>
T ValueAt(const StringMap<T>& values, const std::string& name) {
  const auto value = values.find(name);
  return value == values.end() ? T() : value->second;
}

const ProviderRow* RowIn(const Config& config, const std::string& name) {
  const auto row = std::ranges::find(config.providers, name, &ProviderRow::name);
  return row == config.providers.end() ? nullptr : &*row;
}

std::span<const Price> PricesIn(const Config& config, const std::string& name) {
  return config.calls.prices == nullptr ? std::span<const Price>() : config.calls.prices->Of(name);
}

bool IsSameProvider(const Config& before, const Config& after, const std::string& name) {
  const ProviderRow* was = RowIn(before, name);
  const ProviderRow* will = RowIn(after, name);
  const CallSettings& old = before.calls;
  const CallSettings& next = after.calls;
  return was != nullptr && will != nullptr && *was == *will &&
         ValueAt(old.provider_retry, name) == ValueAt(next.provider_retry, name) &&
         ValueAt(old.provider_limits, name) == ValueAt(next.provider_limits, name) &&
         std::ranges::equal(PricesIn(before, name), PricesIn(after, name));
}

bool IsSamePrincipal(const Config& before, const Config& after, const std::string& name) {
  const auto was = before.callers.principals.find(name);
  const auto will = after.callers.principals.find(name);
  return was != before.callers.principals.end() && will != after.callers.principals.end() &&
         *was->second == *will->second;
}

std::set<std::string> ProviderNames(const Config& before, const Config& after) {
  std::set<std::string> names;
  for (const ProviderRow& row : before.providers) names.insert(row.name);
  for (const ProviderRow& row : after.providers) names.insert(row.name);
  return names;
}

std::set<std::string> PrincipalNames(const Config& before, const Config& after) {
  std::set<std::string> names;
  for (const auto& [name, principal] : before.callers.principals) names.insert(name);
  for (const auto& [name, principal] : after.callers.principals) names.insert(name);
  return names;
}

}  // namespace

ConfigChanges ChangesOf(const Config& before, const Config& after) {
  ConfigChanges changes;
  for (const Setting& setting : AllSettings()) {
    if (setting.get(before) == setting.get(after)) continue;
    changes.changed.push_back(setting.name);
    if (!setting.reloadable) changes.need_restart.push_back(setting.name);
  }
  for (const std::string& name : ProviderNames(before, after)) {
    if (!IsSameProvider(before, after, name)) changes.changed.push_back("providers." + name);
  }
  for (const std::string& name : PrincipalNames(before, after)) {
    if (!IsSamePrincipal(before, after, name)) changes.changed.push_back("principals." + name);
  }
  return changes;
}

std::string HashOf(const Config& config) {
  std::string all;
  for (const Setting& setting : AllSettings()) {
    all += fmt::format("{}={}\n", setting.name, setting.get(config));
  }
  return ConfigHash(all + config.files_hash);
}

}  // namespace extractd
