#include "server/service/daemon.h"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include "server/base/status_macros.h"
#include "server/json/write.h"
#include "server/plugins/plugin_set.h"
#include "server/service/admin/metric_sources.h"
#include "server/service/callers/exposure.h"
#include "server/service/configuration/settings.h"
#include "server/service/descriptors.h"
#include "server/service/listen_address.h"
#include "server/service/rpc/wire_check.h"
#include "server/service/version.h"

namespace extractd {
namespace {

using observe::LogLevel;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLogFlushInterval{200};
constexpr milliseconds kWatchInterval{1'000};
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

// To link the plug-in is enough for gRPC to add it to every server.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) {
      return dynamic_cast<grpc::reflection::ProtoServerReflectionPlugin*>(plugin.get()) != nullptr;
    });
  }
};

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

}  // namespace

Daemon::Daemon(const Config& config, ConfigSources sources)
    : shared_(config),
      reloader_(shared_, std::move(sources)),
      recorder_(shared_.log, shared_.metrics, shared_.events, shared_.tracer),
      signals_(control_, SIGTERM, SIGINT, SIGHUP) {}

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
  RETURN_IF_ERROR(daemon->shared_.callers.Load(config.callers));
  RETURN_IF_ERROR(daemon->StartTelemetry());
  RETURN_IF_ERROR(daemon->BuildServer());
  RETURN_IF_ERROR(daemon->StartAdmin());
  daemon->SetHealth(true);
  daemon->shared_.log.Line(LogLevel::kInfo, "serving")
      .Text("version", kVersion)
      .Text("listen", Joined(daemon->addresses_))
      .Text("admin", daemon->admin_ == nullptr ? "off" : daemon->admin_->address())
      .Number("loops", static_cast<std::int64_t>(daemon->loops_.size()))
      .Write();
  if (const std::string exposed = ExposedAddress(config); !exposed.empty()) {
    daemon->shared_.log.Line(LogLevel::kWarn, "insecure_listen").Text("address", exposed).Write();
  }
  daemon->shared_.log.Flush();
  return daemon;
}

absl::Status Daemon::BuildServer() {
  CaptureProtobufLog();
  const std::shared_ptr<const Config> config = shared_.config();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  if (!config->reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  SetChannelArguments(*config, builder);
  std::vector<int> ports(config->listen.size(), -1);
  for (size_t i = 0; i < config->listen.size(); ++i) {
    RETURN_IF_ERROR(PrepareAddress(config->listen[i]));
    const std::string& address = config->listen[i];
    builder.AddListeningPort(address, shared_.callers.CredentialsFor(address), &ports[i]);
  }
  services_.RegisterWith(builder);
  health_.RegisterWith(builder);
  std::vector<RpcWorker*> workers;
  for (int i = 0; i < LoopCount(*config); ++i) {
    loops_.push_back(std::make_unique<LoopRuntime>(shared_, reloader_, recorder_, services_));
    workers.push_back(&loops_.back()->worker());
  }
  poller_ = std::make_unique<RpcPoller>(builder.AddCompletionQueue(), std::move(workers));
  const mode_t umask = ::umask(0777 & ~static_cast<mode_t>(config->socket_mode));
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

absl::Status Daemon::StartTelemetry() {
  const TelemetrySettings settings = shared_.config()->telemetry;
  if (!settings.otlp_endpoint.empty()) {
    const TraceExporter::Options options = {settings.otlp_endpoint, settings.service_name};
    exporter_ = std::make_unique<TraceExporter>(control_, shared_.tracer, shared_.log, options);
  }
  if (settings.payload_log.empty()) return absl::OkStatus();
  const observe::PayloadLog::Options options = {
      settings.payload_log, settings.payload_log_max_bytes, settings.payload_log_sample_percent
  };
  ASSIGN_OR_RETURN(payloads_, observe::PayloadLog::Open(options, shared_.log.redactor()));
  recorder_.set_payload_log(payloads_.get());
  shared_.log.Line(LogLevel::kWarn, "payload_log").Text("path", settings.payload_log).Write();
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
  metrics.AddSource([this] {
    const ConfigReloader::Last last = reloader_.last();
    return ReloadSamples(last.ok, last.time);
  });
  metrics.AddSource([this] { return EventSamples(shared_.events); });
  if (exporter_ != nullptr) metrics.AddSource([this] { return SpanSamples(shared_.tracer); });
  if (payloads_ != nullptr) metrics.AddSource([this] { return PayloadSamples(*payloads_); });
  metrics.AddSource([this] { return CertificateSamples(shared_.callers.certificate_expiry()); });
  metrics.AddSource([this] { return AdmissionSamples(shared_.admission.stats()); });
  metrics.AddSource([this] { return LimitSamples(shared_.limits); });
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
  asio::co_spawn(control_, FlushLogs(), asio::detached);
  if (exporter_ != nullptr) asio::co_spawn(control_, exporter_->Run(), asio::detached);
  asio::co_spawn(control_, Watch(), asio::detached);
  control_.run();
  shared_.log.Line(LogLevel::kInfo, "stopped").Write();
  shared_.log.Flush();
  return EXIT_SUCCESS;
}

Task<void> Daemon::FlushLogs() {
  for (;;) {
    const absl::Status slept = co_await shared_.clock.Sleep(kLogFlushInterval);
    if (!slept.ok()) co_return;
    shared_.log.Flush();
    if (payloads_ != nullptr) payloads_->Flush();
  }
}

// Mounted secrets are exchanged without a signal.
Task<void> Daemon::Watch() {
  for (;;) {
    const absl::Status slept = co_await shared_.clock.Sleep(kWatchInterval);
    if (!slept.ok()) co_return;
    WatchDescriptors();
    reloader_.ReloadCredentials();
  }
}

void Daemon::WatchDescriptors() {
  const Descriptors descriptors = CountDescriptors();
  shared_.admission.set_exhausted(descriptors.exhausted());
  if (descriptors.low() && !descriptors_low_) {
    shared_.log.Line(LogLevel::kWarn, "descriptors_low")
        .Number("open", descriptors.open)
        .Number("limit", descriptors.limit)
        .Write();
  }
  descriptors_low_ = descriptors.low();
}

Task<void> Daemon::HandleSignals() {
  for (;;) {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    if (signal == SIGHUP) {
      (void)reloader_.Reload(/*only_check=*/false);  // which has told the log
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
  shared_.events.Close();
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
  if (exporter_ != nullptr) co_await exporter_->Close();
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

}  // namespace extractd
