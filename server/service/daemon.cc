#include "server/service/daemon.h"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include "server/base/status_macros.h"
#include "server/json/write.h"
#include "server/plugins/plugin_set.h"
#include "server/service/listen_address.h"
#include "server/service/metric_sources.h"
#include "server/service/settings.h"
#include "server/service/version.h"
#include "server/service/wire_check.h"

namespace extractd {
namespace {

using observe::LogLevel;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLogFlushInterval{200};
constexpr int kMaxMetadataBytes = 16 * 1024;
constexpr int kMaxConcurrentStreams = 1000;

int LoopCount(const Config& config) {
  if (config.loops > 0) return config.loops;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// Above our own limit, which explains itself, gRPC cuts off without a word.
int HardReceiveLimit(const Config& config) {
  return static_cast<int>(std::min<size_t>(config.max_request_bytes * 2, INT_MAX));
}

absl::Status CheckExposure(const Config& config) {
  if (config.allow_insecure_listen) return absl::OkStatus();
  for (const std::string& address : config.listen) {
    if (IsLocalAddress(address)) continue;
    return absl::InvalidArgumentError(fmt::format(
        "listen: '{}' can be reached from other machines, without TLS and authentication; listen "
        "on "
        "127.0.0.1 or a Unix socket, or set allow_insecure_listen: true",
        address
    ));
  }
  return absl::OkStatus();
}

void SetChannelArguments(const Config& config, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(HardReceiveLimit(config));
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

// When, within the grace, calls that still run are cancelled: late, but with time to answer.
milliseconds CancelAfter(milliseconds grace) {
  return std::max(grace - seconds(5), grace * 4 / 5);
}

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> ChangedButNotReloadable(const Config& before, const Config& after) {
  std::vector<std::string> names;
  for (const Setting& setting : AllSettings()) {
    if (!setting.reloadable && setting.get(before) != setting.get(after)) {
      names.push_back(setting.name);
    }
  }
  return names;
}

}  // namespace

Daemon::Daemon(const Config& config, ConfigSources sources)
    : sources_(std::move(sources)),
      shared_(config),
      recorder_(shared_.log, shared_.metrics),
      signals_(control_, SIGTERM, SIGINT, SIGHUP),
      last_reload_(std::chrono::system_clock::now()) {}

Daemon::~Daemon() {
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  for (auto& loop : loops_) loop->worker().CancelAll();
  while (ActiveCalls() > 0) std::this_thread::sleep_for(milliseconds(1));
  if (poller_ != nullptr) poller_->Stop();
  shared_.pool.join();  // it may still hold on to a loop whose call it has resumed
  for (auto& loop : loops_) loop->Stop();
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const Config& config, ConfigSources sources) {
  RETURN_IF_ERROR(CheckExposure(config));
  plugins::Freeze();
  auto daemon = std::unique_ptr<Daemon>(new Daemon(config, std::move(sources)));
  RETURN_IF_ERROR(daemon->shared_.ApplyProviders(config));
  RETURN_IF_ERROR(daemon->BuildServer());
  RETURN_IF_ERROR(daemon->StartAdmin());
  daemon->SetHealth(true);
  daemon->shared_.log.Line(LogLevel::kInfo, "serving")
      .Text("version", kVersion)
      .Text("listen", Joined(daemon->addresses_))
      .Text("admin", daemon->admin_ == nullptr ? "off" : daemon->admin_->address())
      .Number("loops", static_cast<std::int64_t>(daemon->loops_.size()))
      .Write();
  daemon->shared_.log.Flush();
  return daemon;
}

absl::Status Daemon::BuildServer() {
  CaptureProtobufLog();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  const std::shared_ptr<const Config> config = shared_.config();
  grpc::ServerBuilder builder;
  SetChannelArguments(*config, builder);
  std::vector<int> ports(config->listen.size(), -1);
  for (size_t i = 0; i < config->listen.size(); ++i) {
    RETURN_IF_ERROR(PrepareAddress(config->listen[i]));
    builder.AddListeningPort(config->listen[i], grpc::InsecureServerCredentials(), &ports[i]);
  }
  services_.RegisterWith(builder);
  health_.RegisterWith(builder);
  std::vector<RpcWorker*> workers;
  for (int i = 0; i < LoopCount(*config); ++i) {
    loops_.push_back(std::make_unique<LoopRuntime>(shared_, recorder_, services_));
    workers.push_back(&loops_.back()->worker());
  }
  poller_ = std::make_unique<RpcPoller>(builder.AddCompletionQueue(), std::move(workers));
  const mode_t umask = ::umask(0177);  // sockets are for their owner
  server_ = builder.BuildAndStart();
  ::umask(umask);
  if (server_ == nullptr) {
    return absl::UnavailableError("listen: cannot listen on " + Joined(config->listen));
  }
  for (size_t i = 0; i < ports.size(); ++i) {
    const std::string& address = config->listen[i];
    const bool chosen = address.ends_with(":0");
    addresses_.push_back(
        chosen ? fmt::format("{}:{}", address.substr(0, address.size() - 2), ports[i]) : address
    );
  }
  for (auto& loop : loops_) loop->Start();
  health_.Start(poller_->queue());
  poller_->Start();
  return absl::OkStatus();
}

absl::Status Daemon::StartAdmin() {
  AddMetricSources();
  const std::string address = shared_.config()->admin_listen;
  if (address == "off") return absl::OkStatus();
  ASSIGN_OR_RETURN(admin_, AdminServer::Listen(control_, address, AdminPages()));
  return absl::OkStatus();
}

AdminServer::Pages Daemon::AdminPages() {
  AdminServer::Pages pages;
  pages["/metrics"] = [this] {
    return AdminPage{
        .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = shared_.metrics.Text()
    };
  };
  pages["/healthz/live"] = [] { return AdminPage{.body = "live\n"}; };
  pages["/healthz/ready"] = [this] {
    return draining_ ? AdminPage{.status = 503, .body = "draining\n"}
                     : AdminPage{.body = "ready\n"};
  };
  pages["/debug/settings"] = [this] {
    const std::shared_ptr<const Config> config = shared_.config();
    if (!config->debug_mode) return AdminPage{.status = 404, .body = "debug_mode is off\n"};
    std::string body;
    for (const Setting& setting : AllSettings()) {
      body += fmt::format("{}: {}\n", setting.name, setting.get(*config));
    }
    return AdminPage{.body = std::move(body)};
  };
  pages["/debug/providers"] = [this] {
    if (!shared_.config()->debug_mode)
      return AdminPage{.status = 404, .body = "debug_mode is off\n"};
    std::string body;
    for (const auto& row : shared_.catalog.Rows()) {
      body += fmt::format(
          "{} {} {} modes={} key={} loaded={}\n",
          row->name,
          row->dialect,
          row->base_url,
          fmt::join(row->modes, ","),
          shared_.credentials.IsConfigured(*row) ? "set" : "missing",
          shared_.registry.IsLoaded(row->name)
      );
    }
    return AdminPage{.body = std::move(body)};
  };
  return pages;
}

void Daemon::AddMetricSources() {
  observe::Metrics& metrics = shared_.metrics;
  metrics.AddSource([this] { return SchemaCacheSamples(shared_.schemas.stats()); });
  metrics.AddSource([this] { return RegistrySamples(shared_.registry.stats()); });
  metrics.AddSource([this] { return HealthSamples(shared_.health); });
  metrics.AddSource([this] {
    std::vector<net::PoolStats> pools;
    for (auto& loop : loops_) {
      const std::vector<net::PoolStats> more = loop->PoolStats();
      pools.insert(pools.end(), more.begin(), more.end());
    }
    return PoolSamples(pools);
  });
  metrics.AddSource([this] { return ReloadSamples(last_reload_ok_, last_reload_); });
  metrics.AddSource(&ProcessSamples);
  metrics.AddSource(&BuildSamples);
}

void Daemon::SetHealth(bool serving) {
  health_.Set("", serving);
  health_.Set("readiness", serving);
  health_.Set("liveness", true);
  for (const std::string& name : ApiServices::Names()) health_.Set(name, serving);
}

int Daemon::Run() {
  asio::co_spawn(control_, HandleSignals(), asio::detached);
  asio::co_spawn(control_, FlushLog(), asio::detached);
  control_.run();
  shared_.log.Line(LogLevel::kInfo, "stopped").Write();
  shared_.log.Flush();
  return EXIT_SUCCESS;
}

Task<void> Daemon::FlushLog() {
  for (;;) {
    const absl::Status slept = co_await shared_.clock.Sleep(kLogFlushInterval);
    if (!slept.ok()) co_return;
    shared_.log.Flush();
  }
}

Task<void> Daemon::HandleSignals() {
  for (;;) {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    if (signal == SIGHUP) {
      Reload();
    } else if (draining_) {
      shared_.log.Line(LogLevel::kWarn, "stopped_at_once").Number("calls", ActiveCalls()).Write();
      std::_Exit(EXIT_FAILURE);
    } else {
      draining_ = true;
      asio::co_spawn(control_, Drain(), asio::detached);
    }
  }
}

std::int64_t Daemon::ActiveCalls() const {
  std::int64_t calls = 0;
  for (const auto& loop : loops_) calls += loop->worker().active();
  return calls;
}

Task<void> Daemon::Drain() {
  const std::shared_ptr<const Config> config = shared_.config();
  SetHealth(false);
  shared_.log.Line(LogLevel::kInfo, "draining")
      .Number("calls", ActiveCalls())
      .Number("grace_ms", config->drain_grace.count())
      .Write();
  (void)co_await shared_.clock.Sleep(config->drain_delay);

  const auto end = std::chrono::system_clock::now() + config->drain_grace;
  std::thread shutdown([this, end] { server_->Shutdown(end); });
  co_await AwaitCalls(shared_.clock.Now() + CancelAfter(config->drain_grace));
  // What is open now are streams of gRPC's own services, such as health watches, which would last
  // until the grace is over.
  grpc_server_cancel_all_calls(server_->c_server());
  shutdown.join();
  control_.stop();
}

Task<void> Daemon::AwaitCalls(SteadyTime cancel_at) {
  constexpr milliseconds kStep{20};
  bool cancelled = false;
  for (;;) {
    // First, so that a call that came in just before is counted.
    (void)co_await shared_.clock.Sleep(kStep);
    if (ActiveCalls() == 0) co_return;
    if (cancelled || shared_.clock.Now() < cancel_at) continue;
    cancelled = true;
    shared_.log.Line(LogLevel::kWarn, "drain_cancels").Number("calls", ActiveCalls()).Write();
    for (auto& loop : loops_) loop->worker().CancelAll();
  }
}

void Daemon::Reload() {
  absl::StatusOr<Config> next = LoadConfig(sources_);
  const absl::Status checked = next.ok() ? SharedState::CheckProviders(*next) : next.status();
  last_reload_ = std::chrono::system_clock::now();
  last_reload_ok_ = checked.ok();
  if (!checked.ok()) {
    shared_.log.Line(LogLevel::kError, "reload_refused")
        .Text("problem", {checked.message().data(), checked.message().size()})
        .Write();
    return;
  }
  const std::vector<std::string> waiting = ChangedButNotReloadable(*shared_.config(), *next);
  const absl::Status applied = shared_.ApplyProviders(*next);
  last_reload_ok_ = applied.ok();
  shared_.set_config(*std::move(next));
  auto line = shared_.log.Line(LogLevel::kInfo, "reloaded");
  if (!waiting.empty()) line.Text("need_restart", Joined(waiting));
  line.Write();
}

}  // namespace extractd
