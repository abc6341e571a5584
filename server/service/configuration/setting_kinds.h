// The kinds of settings: each makes a row of the table from its name and the place of its value in
// Config. `at` maps Config& and const Config& to a reference to the value.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTING_KINDS_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTING_KINDS_H_

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/service/configuration/settings.h"

namespace extractd {

template <class Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number value{};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [at, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

// What a row of the table needs besides its accessors.
struct Naming {
  std::string name;
  std::string request_field = {};
  bool reloadable = false;
  std::string help;
};

template <class At>
Setting BoolSetting(const Naming& naming, At at) {
  return {
      .name = naming.name,
      .type = "true or false",
      .default_text = {},
      .request_field = naming.request_field,
      .reloadable = naming.reloadable,
      .help = naming.help,
      .set =
          [at](std::string_view text, Config& config) {
            if (text != "true" && text != "false")
              return absl::InvalidArgumentError("must be true or false");
            at(config) = text == "true";
            return absl::OkStatus();
          },
      .get = [at](const Config& config) { return std::string(at(config) ? "true" : "false"); },
  };
}

struct Bounds {
  std::int64_t low;
  std::int64_t high;
};

// Integers of any kind, and durations in milliseconds.
template <class At>
Setting IntegerSetting(const Naming& naming, Bounds bounds, At at) {
  return {
      .name = naming.name,
      .type = fmt::format("integer {}…{}", bounds.low, bounds.high),
      .default_text = {},
      .request_field = naming.request_field,
      .reloadable = naming.reloadable,
      .help = naming.help,
      .set =
          [at, bounds](std::string_view text, Config& config) {
            const auto value = ReadNumber<std::int64_t>(text);
            if (!value.has_value()) return absl::InvalidArgumentError("must be an integer");
            if (*value < bounds.low || *value > bounds.high) {
              return absl::InvalidArgumentError(
                  fmt::format("must be {}…{}", bounds.low, bounds.high)
              );
            }
            auto& target = at(config);
            using Target = std::remove_reference_t<decltype(target)>;
            target = static_cast<Target>(*value);
            return absl::OkStatus();
          },
      .get =
          [at](const Config& config) {
            const auto& value = at(config);
            if constexpr (requires { value.count(); }) {
              return std::to_string(value.count());
            } else {
              return std::to_string(value);
            }
          },
  };
}

template <class At>
Setting NumberSetting(const Naming& naming, double low, double high, At at) {
  return {
      .name = naming.name,
      .type = fmt::format("number {}…{}", low, high),
      .default_text = {},
      .request_field = naming.request_field,
      .reloadable = naming.reloadable,
      .help = naming.help,
      .set =
          [at, low, high](std::string_view text, Config& config) {
            const auto value = ReadNumber<double>(text);
            if (!value.has_value() || !std::isfinite(*value))
              return absl::InvalidArgumentError("must be a number");
            if (*value < low || *value > high)
              return absl::InvalidArgumentError(fmt::format("must be {}…{}", low, high));
            at(config) = *value;
            return absl::OkStatus();
          },
      .get = [at](const Config& config) { return fmt::format("{}", at(config)); },
  };
}

template <class At>
Setting TextSetting(const Naming& naming, const std::string& type, At at) {
  return {
      .name = naming.name,
      .type = type,
      .default_text = {},
      .request_field = naming.request_field,
      .reloadable = naming.reloadable,
      .help = naming.help,
      .set =
          [at](std::string_view text, Config& config) {
            at(config) = std::string(text);
            return absl::OkStatus();
          },
      .get = [at](const Config& config) { return at(config); },
  };
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_SETTING_KINDS_H_
