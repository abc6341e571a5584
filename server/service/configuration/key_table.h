// Blocks of keys in the configuration, each read by a table: what a key is called, what it means,
// and what it sets. The documentation is printed from the tables.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_KEY_TABLE_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_KEY_TABLE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "server/service/configuration/key_help.h"
#include "server/service/configuration/yaml_file.h"

namespace extractd {

template <class Target>
struct KeyRow {
  std::string_view name;
  std::string_view help;
  // Empty: set. Else what is wrong with the value.
  std::string (*set)(const YAML::Node& value, Target& target);
};

template <class T>
std::optional<T> ScalarAs(const YAML::Node& value) {
  T result{};
  const bool read = value.IsScalar() && YAML::convert<T>::decode(value, result);
  return read ? std::optional(result) : std::nullopt;
}

// The elements of a list of texts; nothing if it is none.
inline std::optional<std::vector<std::string>> TextsOf(const YAML::Node& value) {
  if (!value.IsSequence()) return std::nullopt;
  std::vector<std::string> texts;
  for (const YAML::Node& element : value) {
    if (!element.IsScalar()) return std::nullopt;
    texts.push_back(element.Scalar());
  }
  return texts;
}

// These set `field`, or say what is wrong with the value, as a row's `set` does.
template <class Field>
std::string ReadFlag(const YAML::Node& value, Field& field) {
  const auto flag = ScalarAs<bool>(value);
  if (!flag.has_value()) return "must be true or false";
  field = *flag;
  return {};
}

template <class Use>
std::string UseInteger(const YAML::Node& value, std::int64_t low, std::int64_t high, Use use) {
  const auto number = ScalarAs<std::int64_t>(value);
  if (!number.has_value() || *number < low || *number > high) {
    return fmt::format("must be an integer {}…{}", low, high);
  }
  use(*number);
  return {};
}

inline std::string PlaceOf(const YAML::Node& node) {
  return fmt::format("line {}", node.Mark().line + 1);
}

// Sets the key of that name; empty, or what is wrong.
template <class Target, size_t N>
std::string SetKey(
    const std::array<KeyRow<Target>, N>& table,
    const std::string& name,
    const YAML::Node& value,
    Target& target
) {
  const auto* row = std::ranges::find(table, name, &KeyRow<Target>::name);
  if (row != table.end()) return row->set(value, target);
  std::vector<std::string> known;
  known.reserve(N);
  for (const KeyRow<Target>& key : table) known.emplace_back(key.name);
  return UnknownKey(name, known);
}

// Sets all keys of `block`, which stands at `where`; adds every problem with its line.
template <class Target, size_t N>
void SetKeys(
    const std::array<KeyRow<Target>, N>& table,
    const YAML::Node& block,
    std::string_view where,
    Target& target,
    std::vector<std::string>& problems
) {
  if (!block.IsMap()) {
    problems.push_back(fmt::format("{}: {}: must be a block of keys", PlaceOf(block), where));
    return;
  }
  for (const auto& entry : block) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const std::string problem = SetKey(table, name, entry.second, target);
    if (problem.empty()) continue;
    problems.push_back(fmt::format("{}: {}.{}: {}", PlaceOf(entry.first), where, name, problem));
  }
}

template <class Target, size_t N>
std::vector<KeyHelp> HelpOf(const std::array<KeyRow<Target>, N>& table) {
  std::vector<KeyHelp> keys;
  keys.reserve(N);
  for (const KeyRow<Target>& key : table) {
    keys.push_back({std::string(key.name), std::string(key.help)});
  }
  return keys;
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_KEY_TABLE_H_
