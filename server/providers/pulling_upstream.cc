#include "server/providers/pulling_upstream.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/row_request.h"

namespace extractd::providers {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxMessageBytes = 200;

// What of `timers` is left for what begins now.
SendTimers Left(SendTimers timers, Clock::time_point begin) {
  if (timers.total == std::chrono::milliseconds(0)) return timers;
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  timers.total = std::max(std::chrono::milliseconds(1), timers.total - spent);
  return timers;
}

std::string PullBody(std::string_view chat_body) {
  const json::ParseResult parsed = json::ParseView(chat_body);
  const auto* document = std::get_if<json::Document>(&parsed);
  json::TextWriter out;
  out.BeginObject();
  if (document != nullptr) out.Member("model", json::StringMember(document->root(), "model"));
  // One answer at the end, instead of its progress.
  out.Member("stream", false).EndObject();
  return std::move(out).Take();
}

// Empty: it says that it was done.
std::string ProblemIn(const net::HttpReply& reply) {
  const BodyText read = ReadBodyText(reply.body, "the reply");
  if (!read.document.has_value()) return read.problem;
  const json::Value& root = read.document->root();
  if (json::StringMember(root, "status") == "success") return {};
  const std::string said(json::StringMember(root, "error"));
  if (said.empty()) return fmt::format("the provider answered with status {}", reply.status);
  return std::string(CutUtf8(ReplaceInvalidUtf8(said), kMaxMessageBytes));
}

}  // namespace

PullingUpstream::PullingUpstream(
    net::HttpClient& client,
    std::shared_ptr<const ProviderRow> row,
    Secret key,
    std::unique_ptr<Upstream> inner
)
    : client_(client), row_(std::move(row)), key_(std::move(key)), inner_(std::move(inner)) {}

Task<std::string> PullingUpstream::Pull(const WireRequest& request, const SendTimers& timers) {
  const std::string body = PullBody(request.body);
  net::HttpRequest http = RequestTo(*row_, row_->pull_path, key_);
  http.headers.push_back({"content-type", "application/json"});
  http.body = body;
  // Nothing comes before the model is there.
  http.timers = {.connect = timers.connect, .total = timers.total};
  const net::HttpResult result = co_await client_.Send(std::move(http));
  co_return result.ok() ? key_.ScrubFrom(ProblemIn(result.reply)) : result.message;
}

Task<SendResult> PullingUpstream::Mend(
    SendResult result, const WireRequest& request, const SendTimers& timers
) {
  if (result.failure != SendFailure::kUnknownModel || pulled_) co_return result;
  pulled_ = true;
  const std::string problem = co_await Pull(request, timers);
  if (problem.empty()) {
    result.send_again = true;
  } else {
    result.message += fmt::format("; it could not be pulled: {}", problem);
  }
  co_return result;
}

Task<SendResult> PullingUpstream::Send(const WireRequest& request, const SendTimers& timers) {
  const Clock::time_point begin = Clock::now();
  SendResult result = co_await inner_->Send(request, timers);
  const SendTimers left = Left(timers, begin);
  co_return co_await Mend(std::move(result), request, left);
}

Task<SendResult> PullingUpstream::Stream(
    const WireRequest& request, const SendTimers& timers, StreamSink& sink
) {
  const Clock::time_point begin = Clock::now();
  SendResult result = co_await inner_->Stream(request, timers, sink);
  const SendTimers left = Left(timers, begin);
  co_return co_await Mend(std::move(result), request, left);
}

}  // namespace extractd::providers
