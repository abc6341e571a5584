#include "server/providers/http_upstream.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/net/retry_after.h"
#include "server/providers/http_stream.h"

namespace extractd::providers {
namespace {

// The provider's id of a request, in the order of trust.
constexpr std::array<std::string_view, 8> kRequestIdHeaders = {
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "apim-request-id",
    "mistral-correlation-id",
    "x-debug-trace-id",
    "x-ds-trace-id",
    "cf-ray",
};
constexpr size_t kMaxRequestIdBytes = 128;

std::string RequestIdOf(const net::HttpReply& reply) {
  for (const std::string_view name : kRequestIdHeaders) {
    const std::string_view id = reply.Header(name);
    if (!id.empty()) return std::string(id.substr(0, kMaxRequestIdBytes));
  }
  return {};
}

WireHeader KeyHeader(const ProviderRow& row, const Secret& key) {
  if (!row.key_header.empty()) return {row.key_header, std::string(key.Reveal()), true};
  return {"authorization", fmt::format("Bearer {}", key.Reveal()), true};
}

std::string HashOf(std::string_view body) {
  return fmt::format("xxh3:{:016x}", XXH3_64bits(body.data(), body.size()));
}

struct TransportMeaning {
  SendFailure failure;
  std::string_view cause;
};

TransportMeaning MeaningOf(net::TransportFailure failure) {
  using net::TransportFailure;
  switch (failure) {
    case TransportFailure::kNone:
      return {SendFailure::kNone, ""};
    case TransportFailure::kConnectTimeout:
      return {SendFailure::kTimeout, "connect"};
    case TransportFailure::kFirstByteTimeout:
      return {SendFailure::kTimeout, "first_byte"};
    case TransportFailure::kIdleTimeout:
      return {SendFailure::kTimeout, "idle"};
    case TransportFailure::kTotalTimeout:
      return {SendFailure::kTimeout, "total"};
    case TransportFailure::kTooLarge:
      return {SendFailure::kTooLarge, ""};
    case TransportFailure::kCancelled:
      return {SendFailure::kCancelled, ""};
    case TransportFailure::kProtocol:
      return {SendFailure::kMalformed, "protocol"};
    case TransportFailure::kDns:
    case TransportFailure::kRefused:
    case TransportFailure::kTls:
    case TransportFailure::kExhausted:
    case TransportFailure::kReset:
      return {SendFailure::kConnection, net::TransportFailureName(failure)};
  }
  return {SendFailure::kConnection, ""};
}

}  // namespace

HttpUpstream::HttpUpstream(
    net::HttpClient& client,
    std::shared_ptr<const Handler> handler,
    const ModelFamily& model,
    Secret key
)
    : client_(client), handler_(std::move(handler)), model_(model), key_(std::move(key)) {}

absl::StatusOr<WireRequest> HttpUpstream::Encode(const ChatRequest& request) const {
  const ProviderRow& row = *handler_->row;
  WireRequest wire;
  wire.url = row.base_url + handler_->dialect->Path(row, request);
  wire.headers.reserve(2 + row.headers.size());
  wire.headers.push_back({.name = "content-type", .value = "application/json"});
  for (const auto& [name, value] : row.headers) wire.headers.push_back({name, value});
  if (!key_.empty()) wire.headers.push_back(KeyHeader(row, key_));
  ASSIGN_OR_RETURN(wire.body, handler_->dialect->EncodeBody(row, model_, request));
  return wire;
}

net::HttpRequest HttpUpstream::HttpRequestOf(const WireRequest& request, const SendTimers& timers)
    const {
  net::HttpRequest http = {
      .method = request.method,
      .url = request.url,
      .body = request.body,
      .timers = {timers.connect, timers.first_byte, timers.idle, timers.total},
      .max_reply_bytes = max_reply_bytes_,
      .version = handler_->row->http2 ? net::HttpVersion::k2 : net::HttpVersion::k1,
      .pool = handler_->row->name,
  };
  http.headers.reserve(request.headers.size());
  for (const WireHeader& header : request.headers) {
    http.headers.push_back({header.name, header.value});
  }
  return http;
}

Task<SendResult> HttpUpstream::Send(const WireRequest& request, const SendTimers& timers) {
  const net::HttpResult result = co_await client_.Send(HttpRequestOf(request, timers));
  co_return Interpret(result);
}

bool HttpUpstream::streams() const {
  const Dialect& dialect = *handler_->dialect;
  return dialect.NewStreamDecoder() != nullptr && NewEventReader(dialect.framing()) != nullptr;
}

Task<SendResult> HttpUpstream::Stream(
    const WireRequest& request, const SendTimers& timers, StreamSink& sink
) {
  if (!streams()) co_return co_await Upstream::Stream(request, timers, sink);
  HttpStream stream(*handler_->dialect, sink);
  sink.set_resume([&stream] { stream.Resume(); });
  const net::HttpResult http = co_await client_.Send(HttpRequestOf(request, timers), stream);
  sink.set_resume(nullptr);
  SendResult result = InterpretStream(http, stream);
  if (result.ok() && !stream.streamed()) {
    TellWhole(result.reply, sink);
    sink.OnPieceEnd();
  }
  co_return result;
}

SendResult HttpUpstream::InterpretStream(const net::HttpResult& http, HttpStream& stream) const {
  if (!stream.streamed() || !http.ok()) {
    SendResult result = Interpret(http);
    if (stream.streamed()) result.reply.usage = stream.UsageSoFar();
    return result;
  }
  SendResult result = stream.Finish();
  result.provider_request_id = RequestIdOf(http.reply);
  if (!result.ok()) ReadFailure(http.reply, result);
  result.http_status = http.reply.status;
  result.latency = http.latency;
  return result;
}

SendResult HttpUpstream::Interpret(const net::HttpResult& http) const {
  SendResult result;
  if (http.ok()) {
    const auto header = [&http](std::string_view name) { return http.reply.Header(name); };
    result = handler_->dialect->Decode(http.reply.status, http.reply.body, header);
    result.provider_request_id = RequestIdOf(http.reply);
    if (!result.ok()) ReadFailure(http.reply, result);
  } else {
    const TransportMeaning meaning = MeaningOf(http.failure);
    result.failure = meaning.failure;
    result.cause = meaning.cause;
    result.message = http.message;
  }
  result.http_status = http.reply.status;
  result.latency = http.latency;
  return result;
}

void HttpUpstream::ReadFailure(const net::HttpReply& reply, SendResult& result) const {
  result.message = key_.ScrubFrom(result.message);
  const auto asked = net::RetryAfter(reply.headers, std::chrono::system_clock::now());
  if (asked.has_value()) result.retry_after = asked;
  result.final = reply.Header("x-should-retry") == "false";
  const bool unreadable = result.failure == SendFailure::kMalformed && !reply.body.empty();
  if (unreadable) result.body_hash = HashOf(reply.body);
}

}  // namespace extractd::providers
