#include "server/service/schemas/schema_service.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include "extractd/v1/schema_service.pb.h"
#include "server/base/error.h"
#include "server/base/run_on_pool.h"
#include "server/base/status_macros.h"
#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/schema/compare/compare.h"
#include "server/schema/compile/compile.h"
#include "server/schema/infer/infer.h"
#include "server/schema/verdict.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/extraction/messages.h"
#include "server/service/rpc/unary.h"
#include "server/service/rpc/wire_check.h"
#include "server/service/schemas/schema_source.h"

namespace extractd {
namespace {

constexpr std::string_view kRegisterSchema = "RegisterSchema";
constexpr std::string_view kGetSchema = "GetSchema";
constexpr std::string_view kValidateInstance = "ValidateInstance";
constexpr std::string_view kParseText = "ParseText";
constexpr std::string_view kListSchemas = "ListSchemas";
constexpr std::string_view kInferSchema = "InferSchema";

constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;

absl::Status CheckRegistration(const v1::RegisterSchemaRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.compatibility() > v1::COMPATIBILITY_NONE && request.name().empty()) {
    violations.push_back({"compatibility", "needs name: it is about the version before"});
  }
  if (!request.name().empty() && !schema::IsSchemaLibraryName(request.name())) {
    violations.push_back({"name", "use 1 to 64 of a-z 0-9 _ -"});
  }
  // What the model is told belongs to a call, not to a schema's content.
  if (!request.schema().name().empty()) {
    violations.push_back({"schema.name", "is set in calls; use name to register one"});
  }
  if (!request.schema().description().empty()) {
    violations.push_back({"schema.description", "is set in calls"});
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(std::move(violations));
}

// Tokens are "name@version".
bool IsPageToken(std::string_view token) {
  const size_t at = token.find('@');
  const std::string_view version = token.substr(std::min(at, token.size() - 1) + 1);
  return schema::IsSchemaLibraryName(token.substr(0, at)) && !version.empty() &&
         version.find_first_not_of("0123456789") == std::string_view::npos;
}

absl::Status CheckPage(const v1::ListSchemasRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.page_size() < 0 || request.page_size() > kMaxPage) {
    violations.push_back(
        {"page_size", fmt::format("{} is not in 1…{}", request.page_size(), kMaxPage)}
    );
  }
  if (!request.page_token().empty() && !IsPageToken(request.page_token())) {
    violations.push_back({"page_token", "is not from a response before; leave it out to begin anew"}
    );
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(std::move(violations));
}

// Lists what changes, and fails if that breaks what is demanded.
absl::Status CheckCompatibility(
    const schema::RegisteredSchema& before,
    const schema::CompiledSchema& after,
    const v1::RegisterSchemaRequest& request,
    v1::RegisterSchemaResponse& response
) {
  const json::ParseResult parsed = json::ParseView(before.text);
  const json::Value& old_root = std::get<json::Document>(parsed).root();
  ErrorDetails details = {
      .reason = Reason::kSchemaIncompatible,
      .metadata = {{"name", before.name}, {"version", std::to_string(before.version)}},
  };
  for (const schema::SchemaChange& change : schema::Compare(old_root, after.root())) {
    v1::Issue& issue = *response.add_changes();
    issue.set_schema_path(ReplaceInvalidUtf8(change.schema_path));
    issue.set_keyword(change.keyword);
    issue.set_message(change.message);
    const char* const narrowed = change.widens ? "backward, forward" : "backward";
    issue.set_expected(change.narrows ? narrowed : "forward");
    const bool breaks = (request.compatibility() == v1::COMPATIBILITY_BACKWARD && change.narrows) ||
                        (request.compatibility() == v1::COMPATIBILITY_FORWARD && change.widens);
    if (breaks) {
      details.fields.push_back({"schema#" + issue.schema_path(), change.message});
    }
  }
  if (details.fields.empty()) return absl::OkStatus();
  return MakeError(
      details,
      fmt::format(
          "{} change{} to {}@{} could break what is demanded; the first: at '{}': {}",
          details.fields.size(),
          details.fields.size() == 1 ? "" : "s",
          before.name,
          before.version,
          details.fields.front().field.substr(std::string_view("schema#").size()),
          details.fields.front().description
      )
  );
}

absl::StatusOr<v1::InferSchemaResponse> Infer(const v1::InferSchemaRequest& request) {
  std::vector<FieldViolation> violations;
  schema::SchemaInference inference(
      OptionsOf(request.examples().options(), "examples.options", violations)
  );
  if (!request.previous_json_schema().empty()) {
    RETURN_IF_ERROR(inference.Refine(request.previous_json_schema()));
  }
  const auto inferred = InferFrom(request.examples(), "examples", inference, violations);
  if (!violations.empty() || !inferred.has_value()) return InvalidRequest(std::move(violations));
  v1::InferSchemaResponse response;
  response.set_json_schema(inferred->text);
  for (const schema::ThinEvidence& thin : inferred->warnings) {
    v1::Warning& warning = *response.add_warnings();
    warning.set_code(thin.code);
    warning.set_message(thin.message);
  }
  return response;
}

void ToMessage(const schema::RegisteredSchema& schema, v1::RegisteredSchema& out) {
  out.set_schema_id(schema.id);
  out.set_name(schema.name);
  out.set_version(schema.version);
  out.set_json_schema(schema.text);
  const auto since_epoch = schema.created.time_since_epoch();
  *out.mutable_create_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()
  );
}

schema::IssueList SyntaxIssue(std::string_view text, const json::ParseError& error) {
  const json::TextPosition at = json::PositionOf(text, error.offset);
  schema::IssueList issues;
  issues.listed.push_back({
      .keyword = "syntax",
      .message = fmt::format("line {}, column {}: {}", at.line, at.column, error.message),
      .expected = "JSON",
  });
  issues.total = 1;
  return issues;
}

schema::IssueList ValidateText(
    const schema::CompiledSchema& schema, const std::string& text, bool assert_formats
) {
  const json::ParseResult parsed =
      json::ParseView(text, {.duplicate_keys = json::DuplicateKeys::kReject});
  if (const auto* error = std::get_if<json::ParseError>(&parsed)) return SyntaxIssue(text, *error);
  return schema.Validate(
      std::get<json::Document>(parsed).root(), {.assert_formats = assert_formats}
  );
}

absl::StatusOr<schema::JudgeOptions> JudgeOptionsOf(
    const v1::ValidationOptions& options, const CallSettings& settings
) {
  if (options.on_invalid() != v1::ON_INVALID_UNSPECIFIED) {
    return InvalidRequest(
        {{"validation.on_invalid", "has no meaning here: an invalid answer is an OK response"}}
    );
  }
  v1::ExtractRequest carrier;
  *carrier.mutable_validation() = options;
  carrier.mutable_schema()->set_json_schema("{}");
  carrier.set_input("-");
  ASSIGN_OR_RETURN(const ExtractCall call, ToCall(carrier));
  return schema::JudgeOptions{
      .max_loss = call.max_loss.value_or(settings.max_loss),
      .assert_formats = call.assert_formats.value_or(settings.assert_formats),
      .close_truncated = true,
  };
}

}  // namespace

Task<absl::StatusOr<SchemaMethods::Resolved>> SchemaMethods::Resolve(const v1::Schema& message) {
  std::vector<FieldViolation> violations;
  SchemaSource source = ReadSchemaSource(message, "schema", violations, message_types_);
  if (source.postponed) {
    violations.clear();
    co_await RunOnPool(shared_.pool, [&] {
      source = ReadSchemaSource(message, "schema", violations, message_types_);
    });
  }
  if (!violations.empty()) co_return InvalidRequest(std::move(violations));
  Resolved resolved;
  if (!source.schema_id.empty()) {
    CO_ASSIGN_OR_RETURN(const auto registered, shared_.library.Find(source.schema_id));
    CO_ASSIGN_OR_RETURN(resolved.schema, co_await shared_.schemas.Get(registered->text));
    resolved.id = registered->id;
    resolved.source = registered->source;
    co_return resolved;
  }
  CO_ASSIGN_OR_RETURN(resolved.schema, co_await shared_.schemas.Get(source.json_schema));
  if (source.type != nullptr) resolved.source = std::string(source.type->source());
  // Types of the same JSON may differ in the numbers of their fields.
  resolved.id = resolved.source.empty() ? std::string(resolved.schema->compiled->id())
                                        : schema::ContentId(resolved.source);
  co_return resolved;
}

Task<RpcResult> SchemaMethods::RegisterSchema(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::RegisterSchemaRequest request;
  absl::Status status = ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (status.ok()) status = CheckRegistration(request);
  if (!status.ok()) co_return Refuse(rpc, kRegisterSchema, status, recorder_);
  const absl::StatusOr<Resolved> resolved = co_await Resolve(request.schema());
  if (!resolved.ok()) co_return Refuse(rpc, kRegisterSchema, resolved.status(), recorder_);

  const schema::CompiledSchema& compiled = *resolved->schema->compiled;
  v1::RegisterSchemaResponse response;
  const auto before = request.name().empty() ? nullptr : shared_.library.Newest(request.name());
  if (before != nullptr) {
    const absl::Status kept = CheckCompatibility(*before, compiled, request, response);
    if (!kept.ok()) co_return Refuse(rpc, kRegisterSchema, kept, recorder_);
  }
  const schema::SchemaLibrary::Added added =
      shared_.library.Add(resolved->id, compiled.text(), request.name(), resolved->source);
  ToMessage(*added.schema, *response.mutable_schema());
  response.set_created(added.created);
  co_return Succeed(response);
}

Task<RpcResult> SchemaMethods::ListSchemas(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::ListSchemasRequest request;
  absl::Status status = ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (status.ok()) status = CheckPage(request);
  if (!status.ok()) co_return Refuse(rpc, kListSchemas, status, recorder_);
  const int size = request.page_size() == 0 ? kDefaultPage : request.page_size();
  schema::SchemaLibrary::Page page =
      shared_.library.List(request.name_prefix(), request.page_token(), static_cast<size_t>(size));
  v1::ListSchemasResponse response;
  for (const auto& schema : page.schemas) {
    v1::RegisteredSchema& out = *response.add_schemas();
    ToMessage(*schema, out);
    out.clear_json_schema();
  }
  response.set_next_page_token(std::move(page.next));
  co_return Succeed(response);
}

Task<RpcResult> SchemaMethods::InferSchema(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::InferSchemaRequest request;
  const absl::Status parsed =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!parsed.ok()) co_return Refuse(rpc, kInferSchema, parsed, recorder_);
  absl::StatusOr<v1::InferSchemaResponse> response;
  if (message_types_.Postpones(request.ByteSizeLong())) {
    co_await RunOnPool(shared_.pool, [&] { response = Infer(request); });
  } else {
    response = Infer(request);
  }
  if (!response.ok()) co_return Refuse(rpc, kInferSchema, response.status(), recorder_);
  co_return Succeed(*response);
}

Task<RpcResult> SchemaMethods::GetSchema(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::GetSchemaRequest request;
  absl::Status status = ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (status.ok() && request.schema_id().empty()) {
    status = InvalidRequest({{"schema_id", "name an id, a name or name@version"}});
  }
  if (!status.ok()) co_return Refuse(rpc, kGetSchema, status, recorder_);
  const auto found = shared_.library.Find(request.schema_id());
  if (!found.ok()) co_return Refuse(rpc, kGetSchema, found.status(), recorder_);
  v1::GetSchemaResponse response;
  ToMessage(**found, *response.mutable_schema());
  co_return Succeed(response);
}

Task<RpcResult> SchemaMethods::ValidateInstance(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::ValidateInstanceRequest request;
  const absl::Status status =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!status.ok()) co_return Refuse(rpc, kValidateInstance, status, recorder_);
  const absl::StatusOr<Resolved> resolved = co_await Resolve(request.schema());
  if (!resolved.ok()) co_return Refuse(rpc, kValidateInstance, resolved.status(), recorder_);

  const bool assert_formats = request.has_assert_formats()
                                  ? request.assert_formats()
                                  : shared_.call_settings()->assert_formats;
  const schema::IssueList issues =
      ValidateText(*resolved->schema->compiled, request.instance_json(), assert_formats);
  v1::ValidateInstanceResponse response;
  response.set_valid(issues.empty());
  for (const schema::Issue& issue : issues.listed) ToMessage(issue, *response.add_issues());
  response.set_issue_count(static_cast<std::int32_t>(issues.total));
  co_return Succeed(response);
}

Task<RpcResult> SchemaMethods::ParseText(Rpc& rpc) {
  co_await asio::this_coro::throw_if_cancelled(false);
  v1::ParseTextRequest request;
  const absl::Status status =
      ParseRequest(rpc.request(), shared_.config()->max_request_bytes, request);
  if (!status.ok()) co_return Refuse(rpc, kParseText, status, recorder_);
  const auto options = JudgeOptionsOf(request.validation(), *shared_.call_settings());
  if (!options.ok()) co_return Refuse(rpc, kParseText, options.status(), recorder_);
  const absl::StatusOr<Resolved> resolved = co_await Resolve(request.schema());
  if (!resolved.ok()) co_return Refuse(rpc, kParseText, resolved.status(), recorder_);

  const schema::Verdict verdict =
      schema::Judge(*resolved->schema->compiled, request.text(), *options);
  v1::ParseTextResponse response;
  response.set_json(verdict.json);
  response.set_valid(verdict.valid);
  for (const json::Repair& repair : verdict.repairs) ToMessage(repair, *response.add_repairs());
  for (const schema::Issue& issue : verdict.issues.listed) ToMessage(issue, *response.add_issues());
  co_return Succeed(response);
}

}  // namespace extractd
