#include "server/providers/model_pull.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/net/body_sink.h"
#include "server/net/streams/json_lines_reader.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/row_request.h"

namespace extractd::providers {
namespace {

constexpr std::chrono::minutes kIdle{10};
constexpr size_t kMaxLineBytes = size_t{64} << 10U;
constexpr size_t kMaxReplyBytes = size_t{256} << 20U;  // of its reports, not of the model
constexpr size_t kMaxMessageBytes = 200;

std::string Cut(std::string_view text) {
  return std::string(CutUtf8(ReplaceInvalidUtf8(text), kMaxMessageBytes));
}

std::int64_t BytesOf(const json::Value& line, std::string_view name) {
  return std::max<std::int64_t>(0, json::IntegerMember(line, name).value_or(0));
}

// Reads the lines of a pull.
class PullSink final : public net::BodySink {
 public:
  explicit PullSink(const std::function<void(const PullProgress&)>& on_progress)
      : on_progress_(on_progress) {}

  bool Wants(const net::HttpReply& head) override { return head.status == 200; }

  Taken OnBody(std::string_view bytes) override {
    using Progress = net::EventReader::Progress;
    const Progress progress =
        reader_.Read(bytes, [this](std::string_view, std::string_view line) { return Read(line); });
    if (progress == Progress::kTooLarge && !ended()) {
      error_ = fmt::format("it sent a line of more than {} bytes", kMaxLineBytes);
    }
    return {.wish = ended() ? Wish::kEnough : Wish::kMore};
  }

  // The body is over; its last line may have no end.
  void Finish() {
    if (ended()) return;
    reader_.Finish([this](std::string_view, std::string_view line) { return Read(line); });
  }

  bool done() const { return done_; }
  const std::string& error() const { return error_; }

 private:
  bool ended() const { return done_ || !error_.empty(); }

  bool Read(std::string_view text) {
    const BodyText read = ReadBodyText(text, "a line");
    if (!read.document.has_value()) {
      error_ = read.problem;
      return false;
    }
    const json::Value& line = read.document->root();
    const std::string_view status = json::StringMember(line, "status");
    error_ = Cut(json::StringMember(line, "error"));
    done_ = error_.empty() && status == "success";
    if (ended()) return false;
    on_progress_({
        .status = Cut(status),
        .completed_bytes = BytesOf(line, "completed"),
        .total_bytes = BytesOf(line, "total"),
    });
    return true;
  }

  const std::function<void(const PullProgress&)>& on_progress_;
  net::JsonLinesReader reader_{kMaxLineBytes};
  bool done_ = false;
  std::string error_;
};

absl::Status Failed(const ProviderRow& row, Reason reason, std::string_view problem) {
  return MakeError(
      {.reason = reason, .metadata = {{"provider", row.name}}},
      fmt::format("provider '{}' could not pull the model: {}", row.name, problem)
  );
}

absl::Status FailureOf(const ProviderRow& row, const net::HttpResult& result, std::string said) {
  const int status = result.reply.status;
  if (said.empty()) said = fmt::format("it answered with status {}", status);
  if (status == 401 || status == 403) return Failed(row, Reason::kProviderAuth, said);
  const std::string lower = ToLower(said);
  const bool unknown = status == 404 || lower.find("not found") != std::string::npos ||
                       lower.find("does not exist") != std::string::npos;
  return Failed(row, unknown ? Reason::kUnknownModel : Reason::kProviderUnavailable, said);
}

std::string ErrorIn(std::string_view body) {
  const BodyText read = ReadBodyText(body, "the reply");
  return read.document.has_value() ? Cut(json::StringMember(read.document->root(), "error")) : "";
}

}  // namespace

Task<absl::Status> PullModel(
    net::HttpClient& client,
    const ProviderRow& row,
    const Secret& key,
    const std::string& model,
    std::chrono::milliseconds total,
    const std::function<void(const PullProgress& progress)>& on_progress
) {
  json::TextWriter writer;
  writer.BeginObject().Member("model", model).Member("stream", true).EndObject();
  const std::string body = std::move(writer).Take();
  net::HttpRequest request = RequestTo(row, row.pull_path, key);
  request.headers.push_back({"content-type", "application/json"});
  request.body = body;
  request.timers = {.connect = row.timers.connect, .idle = kIdle, .total = total};
  request.max_reply_bytes = kMaxReplyBytes;
  PullSink sink(on_progress);
  const net::HttpResult result = co_await client.Send(std::move(request), sink);
  if (result.failure == net::TransportFailure::kCancelled) {
    co_return Failed(row, Reason::kCancelled, "the call was cancelled");
  }
  if (result.failure == net::TransportFailure::kTotalTimeout) {
    co_return Failed(row, Reason::kDeadline, "the time was over");
  }
  if (!result.ok()) co_return Failed(row, Reason::kProviderUnavailable, result.message);
  sink.Finish();
  if (result.reply.status == 200 && sink.done()) co_return absl::OkStatus();
  const bool streamed = result.reply.status == 200;
  std::string said = streamed ? sink.error() : ErrorIn(result.reply.body);
  if (streamed && said.empty()) said = "it broke off";
  co_return FailureOf(row, result, key.ScrubFrom(said));
}

}  // namespace extractd::providers
