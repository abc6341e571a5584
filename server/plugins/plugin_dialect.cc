#include "server/plugins/plugin_dialect.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/plugins/plugin_call.h"
#include "server/plugins/plugin_stream.h"
#include "server/plugins/reply_json.h"
#include "server/plugins/request_json.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/path.h"

namespace extractd::plugins {
namespace {

constexpr int kOk = 200;

bool IsJsonObject(std::string_view text) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document != nullptr && document->root().is_object();
}

SendResult Malformed(std::string message) {
  return {.failure = SendFailure::kMalformed, .message = std::move(message), .final = true};
}

}  // namespace

PluginDialect::PluginDialect(std::string_view plugin, const extractd_dialect& table)
    : plugin_(plugin), name_(table.name), table_(table) {}

std::string PluginDialect::Who(std::string_view function) const {
  return fmt::format("plug-in '{}': {} of dialect '{}'", plugin_, function, name_);
}

std::string PluginDialect::Path(const ProviderRow& row, const ChatRequest& request) const {
  return providers::PathOf(row, request);
}

absl::StatusOr<std::string> PluginDialect::EncodeBody(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) const {
  const std::string json = RequestJson(request);
  absl::StatusOr<std::string> body = Written(Who("encode"), [this, &json](extractd_output* out) {
    return table_.encode(table_.self, TextOf(json), out);
  });
  if (!body.ok()) return MakeError(Reason::kInternal, Std(body.status().message()));
  if (!IsJsonObject(*body)) {
    return MakeError(Reason::kInternal, Who("encode") + ": what it wrote is no JSON object");
  }
  return providers::CompleteBody(row, model, request, *std::move(body));
}

SendResult PluginDialect::Decode(int http_status, std::string_view body, HeaderOf) const {
  const std::string who = Who("decode");
  const absl::StatusOr<std::string> meaning =
      Written(who, [this, http_status, body](extractd_output* out) {
        return table_.decode(table_.self, http_status, TextOf(body), out);
      });
  if (!meaning.ok()) return Malformed(std::string(meaning.status().message()));
  absl::StatusOr<SendResult> result = ReadReplyJson(*meaning);
  if (!result.ok()) {
    return Malformed(fmt::format("{}: {}", who, Std(result.status().message())));
  }
  // A status that says no, and a plug-in that says yes, is no answer.
  if (result->ok() && http_status != kOk) {
    return Malformed(fmt::format("{}: took status {} for an answer", who, http_status));
  }
  return *std::move(result);
}

StreamFraming PluginDialect::framing() const {
  return FramingOf(table_.framing).value_or(StreamFraming::kServerSentEvents);
}

std::unique_ptr<StreamDecoder> PluginDialect::NewStreamDecoder() const {
  if (table_.stream_read == nullptr) return nullptr;
  return std::make_unique<PluginStream>(Who("stream_read"), table_);
}

}  // namespace extractd::plugins
