// extractctl events, reload and caches.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "extractctl/commands.h"
#include "extractctl/show.h"
#include "server/base/strings.h"

namespace extractd::ctl {
namespace {

constexpr std::string_view kKindPrefix = "EVENT_KIND_";

struct EventsOptions {
  std::vector<std::string> kinds;
  std::string provider;
  int count = 0;
};

// "parse-error" is EVENT_KIND_PARSE_ERROR.
bool ReadKind(const std::string& name, v1::EventKind& kind) {
  std::string number = std::string(kKindPrefix) + ToUpper(name);
  std::ranges::replace(number, '-', '_');
  return v1::EventKind_Parse(number, &kind) && kind != v1::EVENT_KIND_UNSPECIFIED;
}

void PrintEvent(const v1::WatchEventsResponse& event) {
  const std::string kind = ToLower(v1::EventKind_Name(event.kind()).substr(kKindPrefix.size()));
  if (event.lost_events() > 0) fmt::print("({} events lost)\n", event.lost_events());
  fmt::print(
      "{:%H:%M:%S} {:<14}",
      fmt::gmtime(static_cast<std::time_t>(event.event_time().seconds())),
      kind
  );
  if (!event.provider().empty()) fmt::print(" {}/{}", event.provider(), event.model());
  if (event.attempt() > 0) fmt::print(" #{}", event.attempt());
  if (!event.reason().empty()) fmt::print(" {}", event.reason());
  if (!event.message().empty()) fmt::print(" ({})", event.message());
  if (!event.request_id().empty()) fmt::print(" {}", event.request_id());
  fmt::print("\n");
  std::fflush(stdout);
}

int WatchEvents(const EventsOptions& options, const Globals& globals) {
  v1::WatchEventsRequest request;
  request.set_provider(options.provider);
  for (const std::string& name : options.kinds) {
    v1::EventKind kind = v1::EVENT_KIND_UNSPECIFIED;
    if (!ReadKind(name, kind)) {
      fmt::print(stderr, "extractctl: no kind of event '{}'\n", name);
      return kMisused;
    }
    request.add_kinds(kind);
  }
  const OutputOptions output = DetectOutput(globals.json);
  int seen = 0;
  const auto ended = Connect(globals).WatchEvents(request, [&](const auto& event) {
    if (output.json) {
      PrintMessage(event);
    } else {
      PrintEvent(event);
    }
    return ++seen != options.count;
  });
  if (!ended.has_value()) return kFine;
  PrintFailure(*ended, output);
  return kFailed;
}

void PrintReload(const v1::ReloadConfigResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  fmt::print("configuration {}\n", response.config_hash());
  for (const std::string& path : response.changed_paths()) {
    const bool waits =
        std::ranges::find(response.restart_paths(), path) != response.restart_paths().end();
    fmt::print("  {}{}\n", path, waits ? " (needs a restart)" : "");
  }
}

void PrintCaches(const v1::GetCacheStatsResponse& response, const OutputOptions& options) {
  if (options.json) return PrintMessage(response);
  for (const v1::CacheStats& cache : response.caches()) {
    fmt::print(
        "{}: {} entries, {} of {} bytes, {} hits, {} misses, {} evictions, in {}\n",
        cache.name(),
        cache.entries(),
        cache.size_bytes(),
        cache.max_bytes(),
        cache.hits(),
        cache.misses(),
        cache.evictions(),
        cache.backend()
    );
  }
}

void AddEvents(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("events", "Show what happens, as it happens");
  const auto options = std::make_shared<EventsOptions>();
  command->add_option(
      "--kind",
      options->kinds,
      "Only: request, response, parse-error, retry, final-failure, circuit, config, error"
  );
  command->add_option("--provider", options->provider, "Only those of this provider");
  command->add_option("--count", options->count, "End after so many")->check(CLI::PositiveNumber);
  command->callback([options, &globals, &run] {
    run = [options, &globals] { return WatchEvents(*options, globals); };
  });
}

void AddReload(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("reload", "Let the daemon read its configuration again");
  const auto only_check = std::make_shared<bool>(false);
  command->add_flag("--check", *only_check, "Only say what would change");
  command->callback([only_check, &globals, &run] {
    run = [only_check, &globals] {
      v1::ReloadConfigRequest request;
      request.set_validate_only(*only_check);
      return Show(Connect(globals).ReloadConfig(request), globals, PrintReload);
    };
  });
}

void AddCaches(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("caches", "Show the counters of the caches");
  command->callback([&globals, &run] {
    run = [&globals] { return Show(Connect(globals).GetCacheStats(), globals, PrintCaches); };
  });
}

}  // namespace

void AddAdmin(CLI::App& app, const Globals& globals, std::function<int()>& run) {
  AddEvents(app, globals, run);
  AddReload(app, globals, run);
  AddCaches(app, globals, run);
}

}  // namespace extractd::ctl
