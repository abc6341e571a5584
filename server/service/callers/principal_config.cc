#include "server/service/callers/principal_config.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "server/base/nearest.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

// Empty: set. Else what is wrong with the value.
using Setter = std::string (*)(const YAML::Node& value, Principal& principal);

struct KeyRow {
  std::string_view name;
  std::string_view help;
  Setter set;
};

template <class T>
std::optional<T> As(const YAML::Node& value) {
  T result{};
  const bool read = value.IsScalar() && YAML::convert<T>::decode(value, result);
  return read ? std::optional(result) : std::nullopt;
}

template <std::vector<std::string> Principal::* Field>
std::string SetList(const YAML::Node& value, Principal& principal) {
  if (!value.IsSequence()) return "must be a list of texts";
  std::vector<std::string> list;
  for (const YAML::Node& element : value) {
    if (!element.IsScalar() || element.Scalar().empty()) return "must be a list of texts";
    list.push_back(element.Scalar());
  }
  if (list.empty()) return "must name at least one; leave the key out for all";
  principal.*Field = std::move(list);
  return {};
}

// An integer in these bounds, given to `set`.
template <std::int64_t kLow, std::int64_t kHigh, class Set>
std::string SetInteger(const YAML::Node& value, Set set) {
  const auto count = As<std::int64_t>(value);
  if (!count.has_value() || *count < kLow || *count > kHigh) {
    return fmt::format("must be an integer {}…{}", kLow, kHigh);
  }
  set(*count);
  return {};
}

template <std::optional<int> RetryOverrides::* Field, int kLow, int kHigh>
std::string SetRetry(const YAML::Node& value, Principal& principal) {
  return SetInteger<kLow, kHigh>(value, [&](std::int64_t count) {
    principal.defaults.retry.*Field = static_cast<int>(count);
  });
}

std::string SetModel(const YAML::Node& value, Principal& principal) {
  if (!value.IsScalar()) return "must be a text";
  principal.defaults.model = value.Scalar();
  return {};
}

std::string SetDeadline(const YAML::Node& value, Principal& principal) {
  return SetInteger<1, 86'400'000>(value, [&](std::int64_t count) {
    principal.defaults.deadline = milliseconds(count);
  });
}

std::string SetStrict(const YAML::Node& value, Principal& principal) {
  const auto strict = As<bool>(value);
  if (!strict.has_value()) return "must be true or false";
  principal.defaults.max_loss = *strict ? json::MaxLoss::kNone : json::MaxLoss::kLossless;
  return {};
}

std::string SetFormats(const YAML::Node& value, Principal& principal) {
  const auto asserted = As<bool>(value);
  if (!asserted.has_value()) return "must be true or false";
  principal.defaults.assert_formats = *asserted;
  return {};
}

std::string SetOnInvalid(const YAML::Node& value, Principal& principal) {
  const std::string text = value.IsScalar() ? value.Scalar() : "";
  if (text != "fail" && text != "return_best_effort") return "must be fail or return_best_effort";
  principal.defaults.on_invalid = text == "fail" ? OnInvalid::kFail : OnInvalid::kReturnBestEffort;
  return {};
}

std::string SetAdmin(const YAML::Node& value, Principal& principal) {
  const auto admin = As<bool>(value);
  if (!admin.has_value()) return "must be true or false";
  principal.admin = *admin;
  return {};
}

std::string SetAttemptLimit(const YAML::Node& value, Principal& principal) {
  return SetInteger<1, 100>(value, [&](std::int64_t count) {
    principal.bounds.attempts = static_cast<int>(count);
  });
}

std::string SetDeadlineLimit(const YAML::Node& value, Principal& principal) {
  return SetInteger<1, 86'400'000>(value, [&](std::int64_t count) {
    principal.bounds.deadline = milliseconds(count);
  });
}

std::string SetCallLimit(const YAML::Node& value, Principal& principal) {
  return SetInteger<1, 1'000'000>(value, [&](std::int64_t count) {
    principal.bounds.calls = static_cast<int>(count);
  });
}

constexpr std::int64_t kMost = 1'000'000'000'000;

template <std::int64_t RateLimits::* Field>
std::string SetRate(const YAML::Node& value, Principal& principal) {
  return SetInteger<1, kMost>(value, [&](std::int64_t count) {
    principal.bounds.rates.*Field = count;
  });
}

template <std::int64_t CallerBounds::* Field>
std::string SetMoney(const YAML::Node& value, Principal& principal) {
  constexpr double kMicros = 1e6;
  constexpr double kMostUsd = 1e9;
  const auto usd = As<double>(value);
  if (!usd.has_value() || !(*usd >= 1 / kMicros) || *usd > kMostUsd) {
    return "must be an amount in USD, 0.000001…1000000000";
  }
  principal.bounds.*Field = std::llround(*usd * kMicros);
  return {};
}

std::string SetPriority(const YAML::Node& value, Principal& principal) {
  constexpr std::array<std::string_view, kPriorities> kNames = {"high", "normal", "low"};
  const auto* name = std::ranges::find(kNames, value.IsScalar() ? value.Scalar() : "");
  if (name == kNames.end()) return "must be high, normal or low";
  principal.priority = static_cast<Priority>(name - kNames.begin());
  return {};
}

constexpr std::array kKeys = {
    KeyRow{
        "certificates",
        "names of its client certificates: URIs such as spiffe://…, DNS names, or CN=…; a * at the "
        "end stands for any text",
        SetList<&Principal::certificates>
    },
    KeyRow{"providers", "providers that it may use; else all", SetList<&Principal::providers>},
    KeyRow{
        "models",
        "models that it may use, as provider/model, a * at the end for any text; else all",
        SetList<&Principal::models>
    },
    KeyRow{"default_model", "as the setting, for its calls", SetModel},
    KeyRow{"default_deadline_ms", "as the setting, for its calls", SetDeadline},
    KeyRow{"max_attempts", "as the setting, for its calls", SetRetry<&RetryOverrides::max_attempts, 1, 100>},
    KeyRow{"max_reasks", "as the setting, for its calls", SetRetry<&RetryOverrides::max_reasks, 0, 20>},
    KeyRow{
        "max_transport_retries",
        "as the setting, for its calls",
        SetRetry<&RetryOverrides::max_transport_retries, 0, 20>
    },
    KeyRow{"strict_validation", "as the setting, for its calls", SetStrict},
    KeyRow{"assert_formats", "as the setting, for its calls", SetFormats},
    KeyRow{"on_invalid", "as the setting, for its calls", SetOnInvalid},
    KeyRow{
        "limit_attempts", "sends that a call may make, whatever it asks for", SetAttemptLimit
    },
    KeyRow{
        "limit_deadline_ms", "time that a call may take, whatever it asks for", SetDeadlineLimit
    },
    KeyRow{"limit_calls", "calls at once; others wait for their turn", SetCallLimit},
    KeyRow{
        "limit_requests_per_minute",
        "sends to providers in a minute; those beyond are refused",
        SetRate<&RateLimits::requests_per_minute>
    },
    KeyRow{
        "limit_tokens_per_minute",
        "tokens of them, in and out, in a minute",
        SetRate<&RateLimits::tokens_per_minute>
    },
    KeyRow{
        "limit_usd_per_day",
        "money in a day, UTC, by the prices in force; models without a price are refused",
        SetMoney<&CallerBounds::usd_micros_per_day>
    },
    KeyRow{
        "limit_usd_per_month",
        "the same in a calendar month",
        SetMoney<&CallerBounds::usd_micros_per_month>
    },
    KeyRow{
        "priority",
        "high, normal or low: while calls wait, those of a higher one go first",
        SetPriority
    },
    KeyRow{"admin", "true: it may use AdminService", SetAdmin},
};

std::string Place(const YAML::Node& node) {
  return fmt::format("line {}", node.Mark().line + 1);
}

std::string UnknownKey(const std::string& name) {
  std::vector<std::string> known;
  known.reserve(kKeys.size());
  for (const KeyRow& key : kKeys) known.emplace_back(key.name);
  const std::string nearest = NearestName(name, known);
  return nearest.empty() ? "unknown key" : fmt::format("unknown key; did you mean '{}'?", nearest);
}

// It stands in logs, in lines of the tokens file and in labels.
bool IsName(std::string_view name) {
  constexpr size_t kLongest = 64;
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, fits);
}

void ReadPrincipal(
    const YAML::Node& block, Principal& principal, std::vector<std::string>& problems
) {
  const std::string where = "principals." + principal.name;
  if (block.IsNull()) return;
  if (!block.IsMap()) {
    problems.push_back(fmt::format("{}: {}: must be a block of keys", Place(block), where));
    return;
  }
  for (const auto& entry : block) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const auto* key = std::ranges::find(kKeys, name, &KeyRow::name);
    const std::string problem =
        key == kKeys.end() ? UnknownKey(name) : key->set(entry.second, principal);
    if (problem.empty()) continue;
    problems.push_back(fmt::format("{}: {}.{}: {}", Place(entry.first), where, name, problem));
  }
}

}  // namespace

void ReadPrincipals(
    const YAML::Node& block, Principals& principals, std::vector<std::string>& problems
) {
  if (!block.IsMap()) {
    problems.push_back(fmt::format("{}: principals: must be a block of principals", Place(block)));
    return;
  }
  for (const auto& entry : block) {
    Principal principal;
    principal.name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (!IsName(principal.name)) {
      problems.push_back(fmt::format(
          "{}: principals: a name has 1…64 letters, digits, '-', '_' and '.'", Place(entry.first)
      ));
      continue;
    }
    ReadPrincipal(entry.second, principal, problems);
    principals[principal.name] = std::make_shared<const Principal>(principal);
  }
}

std::vector<PrincipalKey> PrincipalKeys() {
  std::vector<PrincipalKey> keys;
  keys.reserve(kKeys.size());
  for (const KeyRow& key : kKeys) keys.push_back({std::string(key.name), std::string(key.help)});
  return keys;
}

}  // namespace extractd
