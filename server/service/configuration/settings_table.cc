// The rows of the table of settings.
#include "server/service/configuration/settings_table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/strings.h"
#include "server/service/callers/caller_settings.h"
#include "server/service/configuration/answer_settings.h"
#include "server/service/configuration/extension_settings.h"
#include "server/service/configuration/setting_kinds.h"
#include "server/service/telemetry/telemetry_settings.h"

namespace extractd {
namespace {

absl::Status Wrong(const std::string& problem) {
  return absl::InvalidArgumentError(problem);
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(Absl(text), ',')) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  std::erase(parts, "");
  return parts;
}

struct NamedCondition {
  std::string_view name;
  RetryCondition condition;
};
constexpr std::array kConditions = {
    NamedCondition{"connect", RetryCondition::kConnect},
    NamedCondition{"rate_limited", RetryCondition::kRateLimited},
    NamedCondition{"server_error", RetryCondition::kServerError},
    NamedCondition{"timeout", RetryCondition::kTimeout},
    NamedCondition{"malformed", RetryCondition::kMalformed},
};

absl::Status SetRetryOn(std::string_view text, Config& config) {
  RetryConditions set = 0;
  for (const std::string& name : SplitList(text)) {
    const auto* known = std::ranges::find(kConditions, name, &NamedCondition::name);
    if (known == kConditions.end()) {
      return Wrong(fmt::format(
          "'{}' is none of connect, rate_limited, server_error, timeout, malformed", name
      ));
    }
    set |= static_cast<RetryConditions>(known->condition);
  }
  config.calls.retry.retry_on = set;
  return absl::OkStatus();
}

std::string GetRetryOn(const Config& config) {
  std::vector<std::string_view> names;
  for (const NamedCondition& known : kConditions) {
    if (Contains(config.calls.retry.retry_on, known.condition)) names.push_back(known.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Setting ListenSetting() {
  return {
      .name = "listen",
      .type = "list of host:port or unix:/path",
      .default_text = "127.0.0.1:50051, unix:/run/extractd/extractd.sock",
      .request_field = {},
      .help =
          "Where gRPC is served; the socket is below $XDG_RUNTIME_DIR if /run/extractd cannot be "
          "written.",
      .set =
          [](std::string_view text, Config& config) {
            config.listen = SplitList(text);
            return config.listen.empty() ? Wrong("must name at least one address")
                                         : absl::OkStatus();
          },
      .get = [](const Config& config) { return fmt::format("{}", fmt::join(config.listen, ", ")); },
  };
}

Setting LogLevelSetting() {
  return {
      .name = "log_level",
      .type = "debug, info, warn or error",
      .default_text = {},
      .request_field = {},
      .reloadable = true,
      .help = "Lowest level that is logged.",
      .set =
          [](std::string_view text, Config& config) {
            const auto level = observe::ParseLogLevel(text);
            if (!level.has_value()) return Wrong("must be debug, info, warn or error");
            config.log_level = *level;
            return absl::OkStatus();
          },
      .get = [](const Config& config) { return std::string(LogLevelName(config.log_level)); },
  };
}

Setting RetryOnSetting() {
  return {
      .name = "retry_on",
      .type = "list of connect, rate_limited, server_error, timeout, malformed",
      .default_text = {},
      .request_field = "retry.retry_on",
      .reloadable = true,
      .help = "Failures of a send after which it is sent again.",
      .set = SetRetryOn,
      .get = GetRetryOn,
  };
}

Setting StrictValidationSetting() {
  return {
      .name = "strict_validation",
      .type = "true or false",
      .default_text = {},
      .request_field = "validation.max_loss",
      .reloadable = true,
      .help =
          "True: answers are never repaired (max_loss NONE by default); false: repairs that lose "
          "nothing are made (LOSSLESS).",
      .set =
          [](std::string_view text, Config& config) {
            if (text != "true" && text != "false") return Wrong("must be true or false");
            config.calls.max_loss =
                text == "true" ? json::MaxLoss::kNone : json::MaxLoss::kLossless;
            return absl::OkStatus();
          },
      .get =
          [](const Config& config) {
            return std::string(config.calls.max_loss == json::MaxLoss::kNone ? "true" : "false");
          },
  };
}

constexpr std::int64_t kGigabyte = std::int64_t{1} << 30U;

void AddServerSettings(std::vector<Setting>& table) {
  table.push_back(ListenSetting());
  table.push_back(TextSetting(
      {.name = "admin_listen", .help = "Where metrics and health are served over HTTP."},
      "host:port or off",
      [](auto& c) -> auto& { return c.admin_listen; }
  ));
  table.push_back(LogLevelSetting());
  table.push_back(BoolSetting(
      {.name = "debug_mode",
       .reloadable = true,
       .help = "Log at level debug and serve the admin pages below /debug. Shows no secrets."},
      [](auto& c) -> auto& { return c.debug_mode; }
  ));
  table.push_back(BoolSetting(
      {.name = "hooks_enabled",
       .reloadable = true,
       .help = "Show what happens to callers of AdminService.WatchEvents."},
      [](auto& c) -> auto& { return c.hooks_enabled; }
  ));
  table.push_back(IntegerSetting(
      {.name = "loops", .help = "Event loops, each with a thread; 0: one for each core."},
      {0, 256},
      [](auto& c) -> auto& { return c.loops; }
  ));
  table.push_back(IntegerSetting(
      {.name = "drain_delay_ms",
       .help = "After SIGTERM, how long calls are still taken while health says NOT_SERVING."},
      {0, 600'000},
      [](auto& c) -> auto& { return c.drain_delay; }
  ));
  table.push_back(IntegerSetting(
      {.name = "drain_grace_ms",
       .help = "After the drain delay, how long calls may go on before they are cancelled."},
      {0, 3'600'000},
      [](auto& c) -> auto& { return c.drain_grace; }
  ));
}

void AddCallSettings(std::vector<Setting>& table) {
  table.push_back(TextSetting(
      {.name = "default_model",
       .request_field = "model",
       .reloadable = true,
       .help = "Model of calls that name none, as provider/model."},
      "text",
      [](auto& c) -> auto& { return c.calls.default_model; }
  ));
  table.push_back(IntegerSetting(
      {.name = "default_deadline_ms",
       .reloadable = true,
       .help = "Deadline of calls that come without one."},
      {1, 86'400'000},
      [](auto& c) -> auto& { return c.calls.default_deadline; }
  ));
  table.push_back(StrictValidationSetting());
  table.push_back(BoolSetting(
      {.name = "assert_formats",
       .request_field = "validation.assert_formats",
       .reloadable = true,
       .help = "The schema keyword format is an assertion."},
      [](auto& c) -> auto& { return c.calls.assert_formats; }
  ));
  AddAnswerSettings(table);
}

void AddRetrySettings(std::vector<Setting>& table) {
  table.push_back(IntegerSetting(
      {.name = "max_attempts",
       .request_field = "retry.max_attempts",
       .reloadable = true,
       .help = "Sends to providers that a call may make, all together."},
      {1, 100},
      [](auto& c) -> auto& { return c.calls.retry.max_attempts; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_reasks",
       .request_field = "retry.max_reasks",
       .reloadable = true,
       .help = "Turns after the first, each sent after an invalid answer."},
      {0, 20},
      [](auto& c) -> auto& { return c.calls.retry.max_reasks; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_transport_retries",
       .request_field = "retry.max_transport_retries",
       .reloadable = true,
       .help = "Repetitions of a send that was lost, for each turn."},
      {0, 20},
      [](auto& c) -> auto& { return c.calls.retry.max_transport_retries; }
  ));
  table.push_back(RetryOnSetting());
}

void AddHealthSettings(std::vector<Setting>& table) {
  table.push_back(BoolSetting(
      {.name = "circuit_breaker",
       .help =
           "Stop sending to a provider when half of its last 20 or more sends within 10 s failed."},
      [](auto& c) -> auto& { return c.health.breaks; }
  ));
  table.push_back(IntegerSetting(
      {.name = "circuit_open_ms",
       .help =
           "How long nothing is sent then; twice as long after each probe that fails, up to 60 s."},
      {100, 60'000},
      [](auto& c) -> auto& { return c.health.breaker.open; }
  ));
  table.push_back(IntegerSetting(
      {.name = "retry_budget_percent",
       .help =
           "Repeated sends for each hundred others to a provider within 10 s, 20 at least; 100: no "
           "limit."},
      {0, 100},
      [](auto& c) -> auto& { return c.health.retry_percent; }
  ));
}

void AddBackoffSettings(std::vector<Setting>& table) {
  table.push_back(IntegerSetting(
      {.name = "initial_backoff_ms",
       .request_field = "retry.initial_backoff_ms",
       .reloadable = true,
       .help = "Wait before the first repetition, if the provider names none."},
      {1, 600'000},
      [](auto& c) -> auto& { return c.calls.retry.initial_backoff; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_backoff_ms",
       .request_field = "retry.max_backoff_ms",
       .reloadable = true,
       .help = "Longest wait between repetitions."},
      {1, 600'000},
      [](auto& c) -> auto& { return c.calls.retry.max_backoff; }
  ));
  table.push_back(NumberSetting(
      {.name = "backoff_multiplier",
       .request_field = "retry.backoff_multiplier",
       .reloadable = true,
       .help = "Growth of the wait from one repetition to the next."},
      1,
      10,
      [](auto& c) -> auto& { return c.calls.retry.backoff_multiplier; }
  ));
  table.push_back(NumberSetting(
      {.name = "backoff_jitter",
       .request_field = "retry.backoff_jitter",
       .reloadable = true,
       .help = "Part of the wait that is random."},
      0,
      1,
      [](auto& c) -> auto& { return c.calls.retry.backoff_jitter; }
  ));
}

void AddLimitSettings(std::vector<Setting>& table) {
  table.push_back(IntegerSetting(
      {.name = "max_request_bytes", .help = "Largest request message."},
      {1024, kGigabyte},
      [](auto& c) -> auto& { return c.max_request_bytes; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_provider_response_bytes", .help = "Largest reply of a provider, decompressed."},
      {1024, kGigabyte},
      [](auto& c) -> auto& { return c.max_provider_response_bytes; }
  ));
  table.push_back(IntegerSetting(
      {.name = "slow_reader_timeout_ms",
       .help = "How long a message of a stream may wait until its caller takes it."},
      {100, 3'600'000},
      [](auto& c) -> auto& { return c.slow_reader_timeout; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_provider_connections",
       .help = "Connections to providers that each loop keeps; calls beyond wait for a free one."},
      {1, 100'000},
      [](auto& c) -> auto& { return c.max_provider_connections; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_schema_bytes", .help = "Largest JSON Schema text."},
      {1024, kGigabyte},
      [](auto& c) -> auto& { return c.max_schema_bytes; }
  ));
  table.push_back(BoolSetting(
      {.name = "cache_schemas", .help = "Keep compiled schemas for the next call that names them."},
      [](auto& c) -> auto& { return c.cache_schemas; }
  ));
  table.push_back(IntegerSetting(
      {.name = "schema_cache_bytes", .help = "Memory for compiled schemas."},
      {0, kGigabyte},
      [](auto& c) -> auto& { return c.schema_cache_bytes; }
  ));
  table.push_back(IntegerSetting(
      {.name = "registered_schema_bytes", .help = "Memory for registered schemas."},
      {0, kGigabyte},
      [](auto& c) -> auto& { return c.registered_schema_bytes; }
  ));
  table.push_back(BoolSetting(
      {.name = "lazy_load_providers",
       .help = "Build a provider's handlers at their first use; false: all at start."},
      [](auto& c) -> auto& { return c.lazy_load_providers; }
  ));
}

}  // namespace

std::vector<Setting> MakeSettingsTable() {
  std::vector<Setting> table;
  AddServerSettings(table);
  AddCallerSettings(table);
  AddExtensionSettings(table);
  AddTelemetrySettings(table);
  AddCallSettings(table);
  AddRetrySettings(table);
  AddBackoffSettings(table);
  AddHealthSettings(table);
  AddLimitSettings(table);
  const Config defaults;
  for (Setting& setting : table) {
    if (setting.default_text.empty()) setting.default_text = setting.get(defaults);
  }
  return table;
}

}  // namespace extractd
