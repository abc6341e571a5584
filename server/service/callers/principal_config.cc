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

#include "server/service/configuration/answer_settings.h"
#include "server/service/configuration/key_table.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

template <std::vector<std::string> Principal::* Field>
std::string SetList(const YAML::Node& value, Principal& principal) {
  auto list = TextsOf(value);
  if (!list.has_value() || std::ranges::find(*list, "") != list->end()) {
    return "must be a list of texts";
  }
  if (list->empty()) return "must name at least one; leave the key out for all";
  principal.*Field = *std::move(list);
  return {};
}

template <std::optional<int> RetryOverrides::* Field, int kLow, int kHigh>
std::string SetRetry(const YAML::Node& value, Principal& principal) {
  return UseInteger(value, kLow, kHigh, [&](std::int64_t count) {
    principal.defaults.retry.*Field = static_cast<int>(count);
  });
}

std::string SetModel(const YAML::Node& value, Principal& principal) {
  if (!value.IsScalar()) return "must be a text";
  principal.defaults.model = value.Scalar();
  return {};
}

std::string SetDeadline(const YAML::Node& value, Principal& principal) {
  return UseInteger(value, 1, 86'400'000, [&](std::int64_t count) {
    principal.defaults.deadline = milliseconds(count);
  });
}

std::string SetStrict(const YAML::Node& value, Principal& principal) {
  const auto strict = ScalarAs<bool>(value);
  if (!strict.has_value()) return "must be true or false";
  principal.defaults.max_loss = *strict ? json::MaxLoss::kNone : json::MaxLoss::kLossless;
  return {};
}

std::string SetFormats(const YAML::Node& value, Principal& principal) {
  return ReadFlag(value, principal.defaults.assert_formats);
}

std::string SetOnInvalid(const YAML::Node& value, Principal& principal) {
  principal.defaults.on_invalid = OnInvalidOf(value.IsScalar() ? value.Scalar() : "");
  const bool known = principal.defaults.on_invalid.has_value();
  return known ? "" : "must be fail or return_best_effort";
}

std::string SetReaskStrategy(const YAML::Node& value, Principal& principal) {
  auto& strategy = principal.defaults.retry.reask_strategy;
  strategy = ReaskStrategyOf(value.IsScalar() ? value.Scalar() : "");
  return strategy.has_value() ? "" : "must be full or patch";
}

std::string SetOnTruncated(const YAML::Node& value, Principal& principal) {
  auto& on_truncated = principal.defaults.retry.on_truncated;
  on_truncated = OnTruncatedOf(value.IsScalar() ? value.Scalar() : "");
  return on_truncated.has_value() ? "" : "must be fail, raise_limit or continue";
}

std::string SetAdmin(const YAML::Node& value, Principal& principal) {
  return ReadFlag(value, principal.admin);
}

std::string SetAttemptLimit(const YAML::Node& value, Principal& principal) {
  return UseInteger(value, 1, 100, [&](std::int64_t count) {
    principal.bounds.attempts = static_cast<int>(count);
  });
}

std::string SetDeadlineLimit(const YAML::Node& value, Principal& principal) {
  return UseInteger(value, 1, 86'400'000, [&](std::int64_t count) {
    principal.bounds.deadline = milliseconds(count);
  });
}

std::string SetCallLimit(const YAML::Node& value, Principal& principal) {
  return UseInteger(value, 1, 1'000'000, [&](std::int64_t count) {
    principal.bounds.calls = static_cast<int>(count);
  });
}

constexpr std::int64_t kMost = 1'000'000'000'000;

template <std::int64_t RateLimits::* Field>
std::string SetRate(const YAML::Node& value, Principal& principal) {
  return UseInteger(value, 1, kMost, [&](std::int64_t count) {
    principal.bounds.rates.*Field = count;
  });
}

template <std::int64_t CallerBounds::* Field>
std::string SetMoney(const YAML::Node& value, Principal& principal) {
  constexpr double kMicros = 1e6;
  constexpr double kMostUsd = 1e9;
  const auto usd = ScalarAs<double>(value);
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

using Row = KeyRow<Principal>;
constexpr std::array kKeys = {
    Row{"certificates",
        "names of its client certificates: URIs such as spiffe://…, DNS names, or CN=…; a * at the "
        "end stands for any text",
        SetList<&Principal::certificates>},
    Row{"providers", "providers that it may use; else all", SetList<&Principal::providers>},
    Row{"models",
        "models that it may use, as provider/model, a * at the end for any text; else all",
        SetList<&Principal::models>},
    Row{"default_model", "as the setting, for its calls", SetModel},
    Row{"default_deadline_ms", "as the setting, for its calls", SetDeadline},
    Row{"max_attempts",
        "as the setting, for its calls",
        SetRetry<&RetryOverrides::max_attempts, 1, 100>},
    Row{"max_reasks",
        "as the setting, for its calls",
        SetRetry<&RetryOverrides::max_reasks, 0, 20>},
    Row{"max_transport_retries",
        "as the setting, for its calls",
        SetRetry<&RetryOverrides::max_transport_retries, 0, 20>},
    Row{"strict_validation", "as the setting, for its calls", SetStrict},
    Row{"assert_formats", "as the setting, for its calls", SetFormats},
    Row{"on_invalid", "as the setting, for its calls", SetOnInvalid},
    Row{"reask_strategy", "as the setting, for its calls", SetReaskStrategy},
    Row{"on_truncated", "as the setting, for its calls", SetOnTruncated},
    Row{"limit_attempts", "sends that a call may make, whatever it asks for", SetAttemptLimit},
    Row{"limit_deadline_ms", "time that a call may take, whatever it asks for", SetDeadlineLimit},
    Row{"limit_calls", "calls at once; others wait for their turn", SetCallLimit},
    Row{"limit_requests_per_minute",
        "sends to providers in a minute; those beyond are refused",
        SetRate<&RateLimits::requests_per_minute>},
    Row{"limit_tokens_per_minute",
        "tokens of them, in and out, in a minute",
        SetRate<&RateLimits::tokens_per_minute>},
    Row{"limit_usd_per_day",
        "money in a day, UTC, by the prices in force; models without a price are refused",
        SetMoney<&CallerBounds::usd_micros_per_day>},
    Row{"limit_usd_per_month",
        "the same in a calendar month",
        SetMoney<&CallerBounds::usd_micros_per_month>},
    Row{"priority",
        "high, normal or low: while calls wait, those of a higher one go first",
        SetPriority},
    Row{"admin", "true: it may use AdminService", SetAdmin},
};

// It stands in logs, in lines of the tokens file and in labels.
bool IsName(std::string_view name) {
  constexpr size_t kLongest = 64;
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, fits);
}

}  // namespace

void ReadPrincipals(
    const YAML::Node& block, Principals& principals, std::vector<std::string>& problems
) {
  if (!block.IsMap()) {
    problems.push_back(fmt::format("{}: principals: must be a block of principals", PlaceOf(block))
    );
    return;
  }
  for (const auto& entry : block) {
    Principal principal;
    principal.name = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (!IsName(principal.name)) {
      problems.push_back(fmt::format(
          "{}: principals: a name has 1…64 letters, digits, '-', '_' and '.'", PlaceOf(entry.first)
      ));
      continue;
    }
    if (!entry.second.IsNull()) {
      SetKeys(kKeys, entry.second, "principals." + principal.name, principal, problems);
    }
    principals[principal.name] = std::make_shared<const Principal>(principal);
  }
}

std::vector<KeyHelp> PrincipalKeys() {
  return HelpOf(kKeys);
}

}  // namespace extractd
