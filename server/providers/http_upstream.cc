#include "server/providers/http_upstream.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>
#include <xxhash.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/net/rate_quotas.h"
#include "server/net/retry_after.h"
#include "server/providers/dialects/beliefs.h"
#include "server/providers/http_stream.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"

namespace extractd::providers {
namespace {

using std::chrono::milliseconds, std::chrono::steady_clock;

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

std::vector<Quota> QuotasOf(const net::HttpReply& reply) {
  std::vector<Quota> quotas;
  for (const net::RateQuota& told :
       net::RateQuotas(reply.headers, std::chrono::system_clock::now())) {
    quotas.push_back({
        .unit = told.tokens ? QuotaUnit::kTokens : QuotaUnit::kRequests,
        .remaining = told.remaining,
        .limit = told.limit,
        .until_full = told.until_full,
    });
  }
  return quotas;
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

// Credentials that cannot be had: what the caller must mend is told as it is, the rest as a send
// that failed.
SendResult NotAuthorized(const absl::Status& status) {
  SendResult result = {.failure = SendFailure::kAuth, .message = std::string(status.message())};
  if (DetailsOf(status).has_value()) {
    result.not_sent = status;
  } else if (absl::IsCancelled(status)) {
    result.failure = SendFailure::kCancelled;
  } else if (absl::IsUnavailable(status)) {
    result.failure = SendFailure::kConnection;
    result.cause = "credentials";
  } else if (absl::IsDeadlineExceeded(status)) {
    result.failure = SendFailure::kTimeout;
    result.cause = "credentials";
  }
  return result;
}

using Authorized = absl::StatusOr<std::vector<WireHeader>>;

// Cancellation is a value of Authorize, never an exception.
Task<Authorized> AuthorizeQuietly(Authorizer& authorizer, const WireRequest& request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await authorizer.Authorize(request);
}

// Tokens that have to be fetched take of the send's own time.
Task<Authorized> AuthorizeWithin(
    Authorizer& authorizer, const WireRequest& request, milliseconds limit
) {
  if (limit.count() == 0) co_return co_await authorizer.Authorize(request);
  using asio::experimental::awaitable_operators::operator||;
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  auto first = co_await (
      AuthorizeQuietly(authorizer, request) || timer.async_wait(asio::as_tuple(asio::use_awaitable))
  );
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  if (co_await Cancelled()) co_return absl::CancelledError("the caller cancelled");
  co_return absl::DeadlineExceededError("where its credentials come from did not answer in time");
}

// What is left of `limit`; never zero, which would mean no limit.
milliseconds Left(milliseconds limit, steady_clock::duration spent) {
  if (limit.count() == 0) return limit;
  return std::max(limit - std::chrono::duration_cast<milliseconds>(spent), milliseconds(1));
}

// The part of a header that nobody may see: behind the scheme, if it names one.
Secret SecretOf(const WireHeader& header) {
  return Secret(header.value.substr(header.value.rfind(' ') + 1));
}

}  // namespace

HttpUpstream::HttpUpstream(
    net::HttpClient& client,
    std::shared_ptr<const Handler> handler,
    const ModelFamily& model,
    Secret key,
    std::shared_ptr<Authorizer> authorizer
)
    : client_(client),
      handler_(std::move(handler)),
      model_(model),
      key_(std::move(key)),
      authorizer_(std::move(authorizer)) {}

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

Task<SendResult> HttpUpstream::Send(const WireRequest& request, const SendTimers& timers) {
  return Exchange(request, timers, nullptr);
}

std::int64_t HttpUpstream::MaxOutputTokens(const ChatRequest& request) const {
  const ProviderRow& row = *handler_->row;
  const OwnModel* own = FindOwnModel(row, request.model);
  if (own != nullptr && own->max_output_tokens > 0) return own->max_output_tokens;
  const KnownModel* known = FindKnownModel(row.name, request.model);
  return known == nullptr ? 0 : known->max_output_tokens;
}

bool HttpUpstream::streams() const {
  const Dialect& dialect = *handler_->dialect;
  return dialect.NewStreamDecoder() != nullptr && NewEventReader(dialect.framing()) != nullptr;
}

Task<SendResult> HttpUpstream::Stream(
    const WireRequest& request, const SendTimers& timers, StreamSink& sink
) {
  if (!streams()) co_return co_await Upstream::Stream(request, timers, sink);
  HttpStream stream(*handler_->dialect, sink, request.tap);
  sink.set_resume([&stream] { stream.Resume(); });
  SendResult result = co_await Exchange(request, timers, &stream);
  sink.set_resume(nullptr);
  if (result.ok() && !stream.streamed()) {
    TellWhole(result.reply, sink);
    sink.OnPieceEnd();
  }
  co_return result;
}

Task<SendResult> HttpUpstream::Exchange(
    const WireRequest& request, const SendTimers& timers, HttpStream* stream
) {
  AddedHeaders added;
  SendTimers left = timers;
  if (authorizer_ != nullptr) {
    const auto started = steady_clock::now();
    Authorized authorized = co_await AuthorizeWithin(*authorizer_, request, timers.total);
    if (!authorized.ok()) co_return NotAuthorized(authorized.status());
    added = *std::move(authorized);
    left.total = Left(timers.total, steady_clock::now() - started);
  }
  net::HttpRequest http = ToHttp(request, added, left);
  Task<net::HttpResult> sending =
      stream == nullptr ? client_.Send(std::move(http)) : client_.Send(std::move(http), *stream);
  const net::HttpResult sent = co_await std::move(sending);
  // Of a stream this is what did not come as one.
  if (request.tap != nullptr) request.tap->OnReplyBytes(sent.reply.body);
  SendResult result =
      stream == nullptr ? Interpret(sent, added) : InterpretStream(sent, added, *stream);
  if (authorizer_ != nullptr) RenewCredentials(result);
  co_return result;
}

net::HttpRequest HttpUpstream::ToHttp(
    const WireRequest& request, const AddedHeaders& added, const SendTimers& timers
) const {
  net::HttpRequest http = {
      .method = request.method,
      .url = request.url,
      .body = request.body,
      .timers = {timers.connect, timers.first_byte, timers.idle, timers.total},
      .max_reply_bytes = max_reply_bytes_,
      .version = handler_->row->http2 ? net::HttpVersion::k2 : net::HttpVersion::k1,
      .pool = handler_->row->name,
  };
  http.headers.reserve(request.headers.size() + added.size());
  for (const WireHeader& header : request.headers) {
    http.headers.push_back({header.name, header.value});
  }
  for (const WireHeader& header : added) http.headers.push_back({header.name, header.value});
  return http;
}

void HttpUpstream::RenewCredentials(SendResult& result) {
  if (result.http_status != 401 && result.http_status != 403) return;
  authorizer_->Forget();
  result.send_again = !std::exchange(renewed_, true);
}

SendResult HttpUpstream::InterpretStream(
    const net::HttpResult& http, const AddedHeaders& added, HttpStream& stream
) const {
  if (!stream.streamed() || !http.ok()) {
    SendResult result = Interpret(http, added);
    if (stream.streamed()) result.reply.usage = stream.UsageSoFar();
    return result;
  }
  SendResult result = stream.Finish();
  result.provider_request_id = RequestIdOf(http.reply);
  if (!result.ok()) ReadFailure(http.reply, added, result);
  result.quotas = QuotasOf(http.reply);
  result.http_status = http.reply.status;
  result.latency = http.latency;
  return result;
}

SendResult HttpUpstream::Interpret(const net::HttpResult& http, const AddedHeaders& added) const {
  SendResult result;
  if (http.ok()) {
    const auto header = [&http](std::string_view name) { return http.reply.Header(name); };
    result = handler_->dialect->Decode(http.reply.status, http.reply.body, header);
    result.provider_request_id = RequestIdOf(http.reply);
    result.quotas = QuotasOf(http.reply);
    if (!result.ok()) ReadFailure(http.reply, added, result);
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

void HttpUpstream::ReadFailure(
    const net::HttpReply& reply, const AddedHeaders& added, SendResult& result
) const {
  result.message = key_.ScrubFrom(result.message);
  for (const WireHeader& header : added) {
    if (header.secret) result.message = SecretOf(header).ScrubFrom(result.message);
  }
  const auto asked = net::RetryAfter(reply.headers, std::chrono::system_clock::now());
  if (asked.has_value()) result.retry_after = asked;
  result.final = result.final || reply.Header("x-should-retry") == "false";
  ReadWrongBelief(reply.status, result);
  const bool unreadable = result.failure == SendFailure::kMalformed && !reply.body.empty();
  if (unreadable) result.body_hash = HashOf(reply.body);
}

}  // namespace extractd::providers
