#include "server/service/telemetry/telemetry_settings.h"

#include <string>
#include <string_view>

#include "server/net/uri.h"
#include "server/service/configuration/setting_kinds.h"

namespace extractd {
namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20U;
constexpr std::int64_t kTerabyte = std::int64_t{1} << 40U;

bool IsHttpAddress(std::string_view text) {
  const net::UrlParts url = net::SplitUrl(text);
  return (url.scheme == "http" || url.scheme == "https") && !url.authority.empty() &&
         url.authority.find('@') == std::string_view::npos && url.query.empty();
}

Setting EndpointSetting() {
  return {
      .name = "otlp_endpoint",
      .type = "http or https address",
      .default_text = {},
      .request_field = {},
      .help =
          "Collector that gets spans of calls and sends, as OTLP over HTTP; /v1/traces is added to "
          "an address without a path.",
      .set =
          [](std::string_view text, Config& config) {
            if (!text.empty() && !IsHttpAddress(text)) {
              return absl::InvalidArgumentError(
                  "must be an address such as http://127.0.0.1:4318, without user and query"
              );
            }
            config.telemetry.otlp_endpoint = std::string(text);
            return absl::OkStatus();
          },
      .get = [](const Config& config) { return config.telemetry.otlp_endpoint; },
  };
}

void AddTracing(std::vector<Setting>& table) {
  table.push_back(EndpointSetting());
  table.push_back(TextSetting(
      {.name = "otlp_service_name", .help = "The attribute service.name of those spans."},
      "text",
      [](auto& c) -> auto& { return c.telemetry.service_name; }
  ));
  table.push_back(NumberSetting(
      {.name = "trace_sample_percent",
       .reloadable = true,
       .help = "Of the calls without a traceparent, how many are traced; others follow theirs."},
      0,
      100,
      [](auto& c) -> auto& { return c.telemetry.trace_sample_percent; }
  ));
  table.push_back(BoolSetting(
      {.name = "send_traceparent",
       .reloadable = true,
       .help = "Tell providers the traceparent of calls that have one."},
      [](auto& c) -> auto& { return c.telemetry.send_traceparent; }
  ));
}

void AddPayloadLog(std::vector<Setting>& table) {
  table.push_back(TextSetting(
      {.name = "payload_log",
       .help = "File for what is asked and answered, word by word, without keys; none: nothing is "
               "kept."},
      "path",
      [](auto& c) -> auto& { return c.telemetry.payload_log; }
  ));
  table.push_back(IntegerSetting(
      {.name = "payload_log_max_bytes",
       .help = "Its greatest size; then it becomes <path>.1, which replaces the one before."},
      {kMegabyte, kTerabyte},
      [](auto& c) -> auto& { return c.telemetry.payload_log_max_bytes; }
  ));
  table.push_back(NumberSetting(
      {.name = "payload_log_sample_percent", .help = "How many of the sends are kept."},
      0,
      100,
      [](auto& c) -> auto& { return c.telemetry.payload_log_sample_percent; }
  ));
}

}  // namespace

void AddTelemetrySettings(std::vector<Setting>& table) {
  AddTracing(table);
  AddPayloadLog(table);
}

}  // namespace extractd
