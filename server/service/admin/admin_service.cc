#include "server/service/admin/admin_service.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "extractd/v1/admin_service.pb.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/callers/principal.h"
#include "server/engine/endings.h"
#include "server/service/admin/event_messages.h"
#include "server/service/rpc/rpc_endings.h"
#include "server/service/rpc/rpc_status.h"
#include "server/service/rpc/unary.h"
#include "server/service/rpc/wire_check.h"

namespace extractd {
namespace {

using observe::EventBus;

constexpr std::string_view kGetCacheStats = "GetCacheStats";
constexpr std::string_view kReloadConfig = "ReloadConfig";
constexpr std::string_view kWatchEvents = "WatchEvents";

void Describe(const schema::SchemaCacheStats& stats, const Config& config, v1::CacheStats& out) {
  out.set_name("schema");
  out.set_hits(stats.hits + stats.joined);
  out.set_misses(stats.misses);
  out.set_evictions(stats.entries.evictions);
  out.set_entries(stats.entries.entries);
  out.set_size_bytes(stats.entries.bytes);
  const size_t limit = config.cache_schemas ? config.schema_cache_bytes : 0;
  out.set_max_bytes(static_cast<std::int64_t>(limit));
  out.set_backend("memory");
}

// Where callers must be somebody, not everybody may.
absl::Status CheckAdmin(const Rpc& rpc) {
  const Principal* caller = rpc.caller().get();
  if (caller == nullptr || caller->admin) return absl::OkStatus();
  return MakeError(
      {.reason = Reason::kNotAllowed, .metadata = {{"resource", "AdminService"}}},
      fmt::format("principal '{}' may not use AdminService: it lacks admin: true", caller->name)
  );
}

absl::Status ReadAdmin(Rpc& rpc, const Config& config, google::protobuf::Message& request) {
  RETURN_IF_ERROR(CheckAdmin(rpc));
  return ParseRequest(rpc.request(), config.max_request_bytes, request);
}

Task<absl::StatusOr<ConfigReloader::Outcome>> ReloadHere(
    ConfigReloader& reloader, bool only_check
) {
  co_return reloader.Reload(only_check);
}

// Waits, on the loop, for what other threads bring.
class Doorbell {
 public:
  explicit Doorbell(const asio::any_io_executor& loop)
      : loop_(loop), timer_(std::make_shared<asio::steady_timer>(loop, SteadyTime::max())) {}

  // Any thread; may outlive the bell.
  std::function<void()> Button() const {
    return [loop = loop_, timer = std::weak_ptr(timer_)] {
      asio::post(loop, [timer] {
        if (const auto waiting = timer.lock()) waiting->cancel();
      });
    };
  }

  // Until the next ring, or the end of the RPC.
  Task<void> Wait() { co_await timer_->async_wait(asio::as_tuple(asio::use_awaitable)); }

 private:
  asio::any_io_executor loop_;
  std::shared_ptr<asio::steady_timer> timer_;
};

// Until the caller or the bus ends it.
Task<absl::Status> Forward(EventBus::Watcher& watcher, Doorbell& bell, StreamRpc& rpc) {
  for (;;) {
    while (const auto delivery = watcher.Take()) {
      v1::WatchEventsResponse message;
      ToMessage(*delivery->event, message);
      message.set_lost_events(delivery->lost);
      const RpcResult bytes = Succeed(message);
      if (!co_await WriteMessage(rpc, *bytes.body)) co_return CancelledError();
    }
    if (watcher.closed()) co_return DrainingError();
    if (co_await Cancelled()) co_return CancelledError();
    co_await bell.Wait();
  }
}

}  // namespace

Task<RpcResult> AdminMethods::GetCacheStats(Rpc& rpc) {
  const std::shared_ptr<const Config> config = shared_.config();
  v1::GetCacheStatsRequest request;
  const absl::Status parsed = ReadAdmin(rpc, *config, request);
  if (!parsed.ok()) co_return Refuse(rpc, kGetCacheStats, parsed, recorder_);
  v1::GetCacheStatsResponse response;
  Describe(shared_.schemas.stats(), *config, *response.add_caches());
  co_return Succeed(response);
}

Task<RpcResult> AdminMethods::ReloadConfig(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::ReloadConfigRequest request;
  const absl::Status parsed = ReadAdmin(rpc, *shared_.config(), request);
  if (!parsed.ok()) co_return Refuse(rpc, kReloadConfig, parsed, recorder_);

  // Files are read where no other call waits for them. A caller who leaves meanwhile changes
  // nothing: the reload is done.
  absl::StatusOr<ConfigReloader::Outcome> outcome = co_await asio::co_spawn(
      shared_.pool, ReloadHere(reloader_, request.validate_only()), asio::use_awaitable
  );
  if (!outcome.ok()) {
    const absl::Status problem =
        MakeError(Reason::kInvalidRequest, Std(outcome.status().message()));
    co_return Refuse(rpc, kReloadConfig, problem, recorder_);
  }
  v1::ReloadConfigResponse response;
  response.set_config_hash(outcome->hash);
  for (std::string& path : outcome->changes.changed) response.add_changed_paths(std::move(path));
  for (std::string& path : outcome->changes.need_restart)
    response.add_restart_paths(std::move(path));
  co_return Succeed(response);
}

Task<grpc::Status> AdminMethods::WatchEvents(StreamRpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto refuse = [&](const absl::Status& status) {
    return Refuse(rpc, kWatchEvents, status, recorder_).status;
  };
  const std::shared_ptr<const Config> config = shared_.config();
  v1::WatchEventsRequest request;
  const absl::Status parsed = ReadAdmin(rpc, *config, request);
  if (!parsed.ok()) co_return refuse(parsed);
  absl::StatusOr<EventBus::Filter> filter = FilterOf(request);
  if (!filter.ok()) co_return refuse(filter.status());
  if (!config->hooks_enabled) {
    co_return refuse(MakeError(
        {.reason = Reason::kFeatureDisabled, .metadata = {{"flag", "hooks_enabled"}}},
        "events are switched off by the setting hooks_enabled"
    ));
  }

  Doorbell bell(co_await asio::this_coro::executor);
  const std::unique_ptr<EventBus::Watcher> watcher =
      shared_.events.Watch(*std::move(filter), bell.Button());
  if (watcher == nullptr) {
    const std::string limit = std::to_string(EventBus::kMaxWatchers);
    co_return refuse(MakeError(
        {.reason = Reason::kOverloaded,
         .metadata = {{"limit", limit}},
         .retry_after = std::chrono::seconds(10)},
        fmt::format("{} watchers look on already, which is the limit", limit)
    ));
  }
  shared_.log.Line(observe::LogLevel::kInfo, "watcher_came").Text("request_id", rpc.id()).Write();
  co_return ToGrpcStatus(co_await Forward(*watcher, bell, rpc), rpc.id());
}

}  // namespace extractd
