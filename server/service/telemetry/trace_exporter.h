// TraceExporter: takes recorded spans to a collector, as OTLP over HTTP, in batches, off the way of
// calls. A batch that the collector cannot take now is sent again a few times; then it is lost, and
// counted. It has one loop, on whose thread it is made, used and destroyed.
#ifndef EXTRACTD_SERVER_SERVICE_TELEMETRY_TRACE_EXPORTER_H_
#define EXTRACTD_SERVER_SERVICE_TELEMETRY_TRACE_EXPORTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/base/task.h"
#include "server/net/http_client.h"
#include "server/observe/log.h"
#include "server/observe/tracer.h"

namespace extractd {

class TraceExporter {
 public:
  static constexpr size_t kBatch = 512;
  static constexpr std::chrono::milliseconds kInterval{1'000};
  static constexpr std::chrono::milliseconds kPatience{3'000};  // with one request
  static constexpr int kMaxTries = 4;

  struct Options {
    std::string endpoint = {};
    std::string service = {};
  };
  // All outlive it, as does `loop` what Run has begun.
  TraceExporter(
      asio::io_context& loop, observe::Tracer& tracer, observe::Log& log, const Options& options
  );

  // Exports until Close. Once.
  Task<void> Run();
  // Sends what waits, once and no longer than about twice kPatience, and ends Run.
  Task<void> Close();

 private:
  enum class Sent : std::uint8_t { kTaken, kRefused, kNotNow };
  Task<void> Wait(std::chrono::milliseconds time);
  // All that waits.
  Task<void> Export();
  Task<Sent> Deliver(const std::string& body);
  Task<Sent> Post(const std::string& body);
  void TellLost(size_t spans);

  asio::io_context& loop_;
  observe::Tracer& tracer_;
  observe::Log& log_;
  std::string url_;
  std::string service_;
  net::HttpClient client_;
  asio::steady_timer timer_;
  bool closing_ = false;
  bool ended_ = false;
  std::chrono::steady_clock::time_point told_ = {};  // that some were lost
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_TELEMETRY_TRACE_EXPORTER_H_
