#include "server/service/schemas/json_service.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include "extractd/v1/json_service.pb.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/base/tokens.h"
#include "server/json/mend.h"
#include "server/json/parse.h"
#include "server/json/surrogates.h"
#include "server/json/toon/toon.h"
#include "server/json/write.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/extraction/messages.h"
#include "server/service/rpc/unary.h"
#include "server/service/rpc/wire_check.h"

namespace extractd {
namespace {

using json::toon::kMaxIndent;

constexpr std::string_view kRepairJson = "RepairJson";
constexpr std::string_view kEncodeToon = "EncodeToon";
constexpr std::string_view kDecodeToon = "DecodeToon";

json::MaxLoss MaxLossOf(const v1::RepairJsonRequest& request) {
  switch (request.max_loss()) {
    case v1::MAX_LOSS_NONE:
      return json::MaxLoss::kNone;
    case v1::MAX_LOSS_LOSSLESS:
      return json::MaxLoss::kLossless;
    default:
      return json::MaxLoss::kLossy;
  }
}

absl::StatusOr<v1::RepairJsonResponse> Repair(const v1::RepairJsonRequest& request) {
  auto mended = json::Mend(request.text(), MaxLossOf(request));
  if (const auto* failure = std::get_if<json::MendFailure>(&mended)) {
    const json::TextPosition at = json::PositionOf(request.text(), failure->offset);
    return InvalidRequest(
        {{"text", fmt::format("line {}, column {}: {}", at.line, at.column, failure->message)}}
    );
  }
  v1::RepairJsonResponse response;
  auto& result = std::get<json::Mended>(mended);
  response.set_json(std::move(result.json));
  for (const json::Repair& repair : result.repairs) ToMessage(repair, *response.add_repairs());
  return response;
}

absl::StatusOr<json::toon::EncodeOptions> OptionsOf(const v1::EncodeToonRequest& request) {
  json::toon::EncodeOptions options;
  std::vector<FieldViolation> violations;
  if (!request.delimiter().empty()) {
    options.delimiter = request.delimiter().front();
    const bool known =
        request.delimiter() == "," || request.delimiter() == "\t" || request.delimiter() == "|";
    if (!known) violations.push_back({"delimiter", "use a comma, a tab or |"});
  }
  if (request.has_indent()) {
    options.indent = static_cast<size_t>(request.indent());
    if (request.indent() < 1 || options.indent > kMaxIndent) {
      violations.push_back(
          {"indent", fmt::format("{} is not in 1…{}", request.indent(), kMaxIndent)}
      );
    }
  }
  if (!violations.empty()) return InvalidRequest(std::move(violations));
  return options;
}

absl::StatusOr<json::Document> ParseEncodable(const std::string& text) {
  json::ParseResult parsed =
      json::ParseView(text, {.duplicate_keys = json::DuplicateKeys::kReject});
  if (const auto* error = std::get_if<json::ParseError>(&parsed)) {
    const json::TextPosition at = json::PositionOf(text, error->offset);
    return InvalidRequest(
        {{"json", fmt::format("line {}, column {}: {}", at.line, at.column, error->message)}}
    );
  }
  if (json::ReplaceUnpairedSurrogates(text).has_value()) {
    return InvalidRequest({{"json", "has half of a surrogate pair, which TOON cannot hold"}});
  }
  return std::get<json::Document>(std::move(parsed));
}

absl::StatusOr<v1::EncodeToonResponse> Encode(const v1::EncodeToonRequest& request) {
  ASSIGN_OR_RETURN(const json::toon::EncodeOptions options, OptionsOf(request));
  ASSIGN_OR_RETURN(const json::Document document, ParseEncodable(request.json()));
  v1::EncodeToonResponse response;
  response.set_toon(json::toon::Encode(document.root(), options));
  response.set_saved_tokens(EstimateTokens(request.json()) - EstimateTokens(response.toon()));
  return response;
}

absl::StatusOr<v1::DecodeToonResponse> Decode(const v1::DecodeToonRequest& request) {
  const json::toon::DecodeResult result =
      json::toon::Decode(request.toon(), {.strict = !request.lenient()});
  if (const auto* error = std::get_if<json::toon::DecodeError>(&result)) {
    return InvalidRequest({{"toon", fmt::format("line {}: {}", error->line, error->message)}});
  }
  const auto& decoded = std::get<json::toon::Decoded>(result);
  v1::DecodeToonResponse response;
  response.set_json(json::ToText(decoded.document.root()));
  for (const json::Repair& repair : decoded.repairs) ToMessage(repair, *response.add_repairs());
  return response;
}

}  // namespace

Task<RpcResult> JsonMethods::RepairJson(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::RepairJsonRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kRepairJson, parsed, recorder_);
  const absl::StatusOr<v1::RepairJsonResponse> response = Repair(request);
  if (!response.ok()) co_return Refuse(rpc, kRepairJson, response.status(), recorder_);
  co_return Succeed(*response);
}

Task<RpcResult> JsonMethods::EncodeToon(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::EncodeToonRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kEncodeToon, parsed, recorder_);
  const absl::StatusOr<v1::EncodeToonResponse> response = Encode(request);
  if (!response.ok()) co_return Refuse(rpc, kEncodeToon, response.status(), recorder_);
  co_return Succeed(*response);
}

Task<RpcResult> JsonMethods::DecodeToon(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::DecodeToonRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kDecodeToon, parsed, recorder_);
  const absl::StatusOr<v1::DecodeToonResponse> response = Decode(request);
  if (!response.ok()) co_return Refuse(rpc, kDecodeToon, response.status(), recorder_);
  co_return Succeed(*response);
}

}  // namespace extractd
