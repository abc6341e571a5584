#include "server/service/telemetry/trace_exporter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/net/uri.h"
#include "server/observe/otlp.h"
#include "server/service/version.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstBackoff{500};
constexpr std::chrono::minutes kTellInterval{1};

// What OTLP calls retryable.
bool MayTakeItLater(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string TracesUrl(std::string endpoint) {
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return net::SplitUrl(endpoint).path == "/" ? endpoint + "/v1/traces" : endpoint;
}

}  // namespace

TraceExporter::TraceExporter(
    asio::io_context& loop, observe::Tracer& tracer, observe::Log& log, const Options& options
)
    : loop_(loop),
      tracer_(tracer),
      log_(log),
      url_(TracesUrl(options.endpoint)),
      service_(options.service),
      client_(loop.get_executor()),
      timer_(loop) {}

Task<void> TraceExporter::Run() {
  while (!closing_) {
    co_await Wait(kInterval);
    co_await Export();
  }
  // What came while the last of it was on its way.
  co_await Export();
  ended_ = true;
}

Task<void> TraceExporter::Close() {
  closing_ = true;
  timer_.cancel();
  constexpr milliseconds kStep{5};
  asio::steady_timer step(loop_);
  while (!ended_) {
    step.expires_after(kStep);
    co_await step.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Task<void> TraceExporter::Wait(milliseconds time) {
  if (closing_) co_return;
  timer_.expires_after(time);
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<void> TraceExporter::Export() {
  const auto end = steady_clock::now() + kPatience;
  for (;;) {
    const std::vector<observe::Span> spans = tracer_.Take(kBatch);
    if (spans.empty()) co_return;
    const bool late = closing_ && steady_clock::now() > end;
    const std::string body = observe::EncodeOtlp(service_, kVersion, spans);
    const Sent sent = late ? Sent::kNotNow : co_await Deliver(body);
    if (sent == Sent::kTaken) {
      tracer_.CountExported(spans.size());
    } else {
      TellLost(spans.size());
    }
  }
}

Task<TraceExporter::Sent> TraceExporter::Deliver(const std::string& body) {
  milliseconds backoff = kFirstBackoff;
  for (int tried = 1;; ++tried) {
    const Sent sent = co_await Post(body);
    if (sent != Sent::kNotNow || tried == kMaxTries || closing_) co_return sent;
    co_await Wait(backoff);
    backoff *= 2;
  }
}

Task<TraceExporter::Sent> TraceExporter::Post(const std::string& body) {
  net::HttpRequest request = {
      .url = url_,
      .headers = {{"content-type", "application/x-protobuf"}},
      .body = body,
      .timers = {.connect = kPatience, .total = kPatience},
      .max_reply_bytes = size_t{64} << 10U,
      .pool = "otlp",
  };
  const net::HttpResult result = co_await client_.Send(std::move(request));
  if (!result.ok()) co_return Sent::kNotNow;
  if (result.reply.status >= 200 && result.reply.status < 300) co_return Sent::kTaken;
  co_return MayTakeItLater(result.reply.status) ? Sent::kNotNow : Sent::kRefused;
}

void TraceExporter::TellLost(size_t spans) {
  tracer_.CountLost(spans);
  const auto now = steady_clock::now();
  if (now - told_ < kTellInterval) return;
  told_ = now;
  log_.Line(observe::LogLevel::kWarn, "spans_lost")
      .Text("endpoint", url_)
      .Number("spans", static_cast<std::int64_t>(spans))
      .Write();
}

}  // namespace extractd
