#include "extractd/client.h"

#include <google/protobuf/util/time_util.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/error_details.h>

#include "extractd/v1/admin_service.grpc.pb.h"
#include "extractd/v1/catalog_service.grpc.pb.h"
#include "extractd/v1/extraction_service.grpc.pb.h"
#include "extractd/v1/json_service.grpc.pb.h"
#include "extractd/v1/schema_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace extractd {
namespace {

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ClientOptions& options) {
  if (!options.tls.has_value()) return grpc::InsecureChannelCredentials();
  const TlsOptions& tls = *options.tls;
  return grpc::SslCredentials({
      .pem_root_certs = tls.authorities,
      .pem_private_key = tls.key,
      .pem_cert_chain = tls.certificate,
  });
}

std::shared_ptr<grpc::Channel> Connect(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_response_bytes);
  return grpc::CreateCustomChannel(options.address, CredentialsOf(options), arguments);
}

void ReadDetail(const google::protobuf::Any& detail, Failure& failure) {
  google::rpc::ErrorInfo info;
  google::rpc::RequestInfo request;
  google::rpc::BadRequest bad;
  google::rpc::RetryInfo retry;
  google::rpc::Help help;
  v1::ExtractionFailure extraction;
  if (detail.UnpackTo(&info)) {
    failure.reason = info.reason();
    failure.metadata = {info.metadata().begin(), info.metadata().end()};
  } else if (detail.UnpackTo(&request)) {
    failure.request_id = request.request_id();
  } else if (detail.UnpackTo(&bad)) {
    for (const auto& field : bad.field_violations()) {
      failure.bad_fields.push_back({field.field(), field.description()});
    }
  } else if (detail.UnpackTo(&retry)) {
    failure.retry_after = std::chrono::milliseconds(
        google::protobuf::util::TimeUtil::DurationToMilliseconds(retry.retry_delay())
    );
  } else if (detail.UnpackTo(&help) && !help.links().empty()) {
    failure.help_url = help.links(0).url();
  } else if (detail.UnpackTo(&extraction)) {
    failure.extraction = std::move(extraction);
  }
}

v1::ExtractInteractiveRequest ReviewOf(int candidate, const Client::Issues& issues) {
  v1::ExtractInteractiveRequest message;
  v1::Review& review = *message.mutable_review();
  review.set_candidate(candidate);
  if (issues.empty()) {
    review.mutable_accept();
  } else {
    review.mutable_reject()->mutable_issues()->Add(issues.begin(), issues.end());
  }
  return message;
}

}  // namespace

Failure ReadFailure(const grpc::Status& status) {
  Failure failure = {.code = status.error_code(), .message = status.error_message()};
  google::rpc::Status rich;
  if (!grpc::ExtractErrorDetails(status, &rich).ok()) return failure;
  for (const google::protobuf::Any& detail : rich.details()) ReadDetail(detail, failure);
  return failure;
}

struct Client::State {
  explicit State(ClientOptions client_options)
      : options(std::move(client_options)),
        channel(Connect(options)),
        extraction(v1::ExtractionService::NewStub(channel)),
        schema(v1::SchemaService::NewStub(channel)),
        json(v1::JsonService::NewStub(channel)),
        catalog(v1::CatalogService::NewStub(channel)),
        admin(v1::AdminService::NewStub(channel)) {}

  void Prepare(grpc::ClientContext& context, Timeout timeout) const {
    context.set_deadline(std::chrono::system_clock::now() + timeout.value_or(options.timeout));
    if (!options.token.empty()) context.AddMetadata("authorization", "Bearer " + options.token);
  }

  // Calls one method of a stub.
  template <class Response, class Stub, class Request>
  Result<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      const Request& request,
      Timeout timeout
  ) {
    grpc::ClientContext context;
    Prepare(context, timeout);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return ReadFailure(status);
    return response;
  }

  ClientOptions options;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ExtractionService::Stub> extraction;
  std::unique_ptr<v1::SchemaService::Stub> schema;
  std::unique_ptr<v1::JsonService::Stub> json;
  std::unique_ptr<v1::CatalogService::Stub> catalog;
  std::unique_ptr<v1::AdminService::Stub> admin;
};

Client::Client(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

using ExtractionStub = v1::ExtractionService::Stub;
using SchemaStub = v1::SchemaService::Stub;
using JsonStub = v1::JsonService::Stub;
using CatalogStub = v1::CatalogService::Stub;
using AdminStub = v1::AdminService::Stub;

Result<v1::ExtractResponse> Client::Extract(const v1::ExtractRequest& request, Timeout timeout) {
  return state_->Call(*state_->extraction, &ExtractionStub::Extract, request, timeout);
}

Result<v1::ExtractResponse> Client::ExtractStream(
    const v1::ExtractStreamRequest& request, const EachEvent& each, Timeout timeout
) {
  grpc::ClientContext context;
  state_->Prepare(context, timeout);
  const auto reader = state_->extraction->ExtractStream(&context, request);
  v1::ExtractResponse result;
  google::protobuf::RepeatedPtrField<v1::Item> items;
  v1::ExtractStreamResponse event;
  bool goes_on = true;
  while (goes_on && reader->Read(&event)) {
    goes_on = each(event);
    if (event.has_item()) items.Add(std::move(*event.mutable_item()));
    if (event.has_result()) result = std::move(*event.mutable_result());
  }
  items.MergeFrom(result.items());
  result.mutable_items()->Swap(&items);
  if (!goes_on) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return ReadFailure(status);
  return result;
}

Result<v1::ExtractResponse> Client::ExtractInteractive(
    const v1::InteractiveStart& start,
    const ReviewCandidate& review,
    const EachDialogEvent& each,
    Timeout timeout
) {
  grpc::ClientContext context;
  state_->Prepare(context, timeout);
  const auto dialog = state_->extraction->ExtractInteractive(&context);
  v1::ExtractInteractiveRequest first;
  *first.mutable_start() = start;
  dialog->Write(first);
  v1::ExtractResponse result;
  v1::ExtractInteractiveResponse event;
  bool goes_on = true;
  while (goes_on && dialog->Read(&event)) {
    goes_on = !each || each(event);
    if (event.has_result()) result = std::move(*event.mutable_result());
    if (!goes_on || !event.has_candidate()) continue;
    const std::optional<Issues> issues = review(event.candidate());
    goes_on = issues.has_value();
    // A daemon that has ended the call says why in its status.
    if (goes_on) dialog->Write(ReviewOf(event.candidate().number(), *issues));
  }
  if (!goes_on) context.TryCancel();
  const grpc::Status status = dialog->Finish();
  if (!status.ok()) return ReadFailure(status);
  return result;
}

Result<v1::RenderResponse> Client::Render(const v1::RenderRequest& request, Timeout timeout) {
  return state_->Call(*state_->extraction, &ExtractionStub::Render, request, timeout);
}

Result<v1::RegisterSchemaResponse> Client::RegisterSchema(
    const v1::RegisterSchemaRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::RegisterSchema, request, timeout);
}

Result<v1::GetSchemaResponse> Client::GetSchema(
    const v1::GetSchemaRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::GetSchema, request, timeout);
}

Result<v1::ValidateInstanceResponse> Client::ValidateInstance(
    const v1::ValidateInstanceRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::ValidateInstance, request, timeout);
}

Result<v1::ParseTextResponse> Client::ParseText(
    const v1::ParseTextRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::ParseText, request, timeout);
}

Result<v1::ListSchemasResponse> Client::ListSchemas(
    const v1::ListSchemasRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::ListSchemas, request, timeout);
}

Result<v1::InferSchemaResponse> Client::InferSchema(
    const v1::InferSchemaRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::InferSchema, request, timeout);
}

Result<v1::RepairJsonResponse> Client::RepairJson(
    const v1::RepairJsonRequest& request, Timeout timeout
) {
  return state_->Call(*state_->json, &JsonStub::RepairJson, request, timeout);
}

Result<v1::EncodeToonResponse> Client::EncodeToon(
    const v1::EncodeToonRequest& request, Timeout timeout
) {
  return state_->Call(*state_->json, &JsonStub::EncodeToon, request, timeout);
}

Result<v1::DecodeToonResponse> Client::DecodeToon(
    const v1::DecodeToonRequest& request, Timeout timeout
) {
  return state_->Call(*state_->json, &JsonStub::DecodeToon, request, timeout);
}

Result<v1::AdaptSchemaResponse> Client::AdaptSchema(
    const v1::AdaptSchemaRequest& request, Timeout timeout
) {
  return state_->Call(*state_->schema, &SchemaStub::AdaptSchema, request, timeout);
}

Result<v1::ListProvidersResponse> Client::ListProviders(
    const v1::ListProvidersRequest& request, Timeout timeout
) {
  return state_->Call(*state_->catalog, &CatalogStub::ListProviders, request, timeout);
}

Result<v1::ListModesResponse> Client::ListModes(
    const v1::ListModesRequest& request, Timeout timeout
) {
  return state_->Call(*state_->catalog, &CatalogStub::ListModes, request, timeout);
}

Result<v1::PullModelResponse> Client::PullModel(
    const v1::PullModelRequest& request, const EachPull& each, Timeout timeout
) {
  grpc::ClientContext context;
  state_->Prepare(context, timeout);
  const auto reader = state_->catalog->PullModel(&context, request);
  v1::PullModelResponse progress;
  bool goes_on = true;
  while (goes_on && reader->Read(&progress)) goes_on = each(progress);
  if (!goes_on) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return ReadFailure(status);
  return progress;
}

Result<v1::ListModelsResponse> Client::ListModels(
    const v1::ListModelsRequest& request, Timeout timeout
) {
  return state_->Call(*state_->catalog, &CatalogStub::ListModels, request, timeout);
}

Result<v1::GetCacheStatsResponse> Client::GetCacheStats(
    const v1::GetCacheStatsRequest& request, Timeout timeout
) {
  return state_->Call(*state_->admin, &AdminStub::GetCacheStats, request, timeout);
}

Result<v1::ReloadConfigResponse> Client::ReloadConfig(
    const v1::ReloadConfigRequest& request, Timeout timeout
) {
  return state_->Call(*state_->admin, &AdminStub::ReloadConfig, request, timeout);
}

std::optional<Failure> Client::WatchEvents(
    const v1::WatchEventsRequest& request, const EachHappening& each, Timeout timeout
) {
  grpc::ClientContext context;
  state_->Prepare(context, timeout);
  const auto reader = state_->admin->WatchEvents(&context, request);
  v1::WatchEventsResponse event;
  bool goes_on = true;
  while (goes_on && reader->Read(&event)) goes_on = each(event);
  if (!goes_on) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!goes_on) return std::nullopt;
  return ReadFailure(status);
}

}  // namespace extractd
