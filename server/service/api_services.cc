#include "server/service/api_services.h"

#include <utility>

#include <grpcpp/impl/service_type.h>

#include "extractd/v1/admin_service.grpc.pb.h"
#include "extractd/v1/catalog_service.grpc.pb.h"
#include "extractd/v1/extraction_service.grpc.pb.h"
#include "extractd/v1/json_service.grpc.pb.h"
#include "extractd/v1/schema_service.grpc.pb.h"
#include "server/service/admin/admin_service.h"
#include "server/service/catalog/catalog_service.h"
#include "server/service/extraction/extraction_service.h"
#include "server/service/schemas/json_service.h"
#include "server/service/schemas/schema_service.h"

namespace extractd {
namespace {

// Extract is the method with the load: gRPC may hand over so many before the loop asks again.
constexpr int kWaitingExtracts = 64;

using v1::AdminService;
using v1::CatalogService;
using v1::ExtractionService;
using v1::JsonService;
using v1::SchemaService;

using RawExtractionService =
    ExtractionService::WithRawMethod_Extract<ExtractionService::WithRawMethod_ExtractStream<
        ExtractionService::WithRawMethod_ExtractInteractive<
            ExtractionService::WithRawMethod_Render<ExtractionService::Service>>>>;
using RawSchemaService =
    SchemaService::WithRawMethod_RegisterSchema<SchemaService::WithRawMethod_GetSchema<
        SchemaService::WithRawMethod_ValidateInstance<SchemaService::WithRawMethod_ParseText<
            SchemaService::WithRawMethod_ListSchemas<SchemaService::WithRawMethod_InferSchema<
                SchemaService::WithRawMethod_AdaptSchema<SchemaService::Service>>>>>>>;
using RawJsonService = JsonService::WithRawMethod_EncodeToon<JsonService::WithRawMethod_DecodeToon<
    JsonService::WithRawMethod_RepairJson<JsonService::Service>>>;
using RawCatalogService = CatalogService::WithRawMethod_ListProviders<
    CatalogService::WithRawMethod_ListModes<CatalogService::WithRawMethod_ListModels<
        CatalogService::WithRawMethod_PullModel<CatalogService::Service>>>>;

using RawAdminService =
    AdminService::WithRawMethod_GetCacheStats<AdminService::WithRawMethod_ReloadConfig<
        AdminService::WithRawMethod_WatchEvents<AdminService::Service>>>;

// Binds Request<Method> of a raw service and the handler of a loop.
template <class Service, class Request, class Methods>
RpcMethod Bind(
    std::string_view name,
    Service& service,
    Request request,
    Methods& methods,
    Task<RpcResult> (Methods::*handler)(Rpc&)
) {
  return {
      .name = std::string(name),
      .request_next = [&service, request](
                          auto* context, auto* bytes, auto* responder, auto* queue, void* tag
                      ) { (service.*request)(context, bytes, responder, queue, queue, tag); },
      .handler = [&methods, handler](Rpc& rpc) { return (methods.*handler)(rpc); },
  };
}

// The same for a method that answers with a stream.
template <class Service, class Request, class Methods>
RpcMethod BindStream(
    std::string_view name,
    Service& service,
    Request request,
    Methods& methods,
    Task<grpc::Status> (Methods::*handler)(StreamRpc&)
) {
  return {
      .name = std::string(name),
      .request_stream = [&service, request](
                            auto* context, auto* bytes, auto* writer, auto* queue, void* tag
                        ) { (service.*request)(context, bytes, writer, queue, queue, tag); },
      .stream_handler = [&methods, handler](StreamRpc& rpc) { return (methods.*handler)(rpc); },
  };
}

// The same for a method with streams both ways.
template <class Service, class Request, class Methods>
RpcMethod BindDialog(
    std::string_view name,
    Service& service,
    Request request,
    Methods& methods,
    Task<grpc::Status> (Methods::*handler)(DialogRpc&)
) {
  return {
      .name = std::string(name),
      .request_dialog = [&service, request](
                            auto* context, auto* stream, auto* queue, void* tag
                        ) { (service.*request)(context, stream, queue, queue, tag); },
      .dialog_handler = [&methods, handler](DialogRpc& rpc) { return (methods.*handler)(rpc); },
  };
}

void AddExtraction(
    RawExtractionService& service, ExtractionMethods& methods, std::vector<RpcMethod>& out
) {
  out.push_back(Bind(
      "Extract",
      service,
      &RawExtractionService::RequestExtract,
      methods,
      &ExtractionMethods::Extract
  ));
  out.back().waiting = kWaitingExtracts;
  out.back().asks_providers = true;
  out.push_back(BindStream(
      "ExtractStream",
      service,
      &RawExtractionService::RequestExtractStream,
      methods,
      &ExtractionMethods::ExtractStream
  ));
  out.back().waiting = kWaitingExtracts;
  out.back().asks_providers = true;
  out.push_back(BindDialog(
      "ExtractInteractive",
      service,
      &RawExtractionService::RequestExtractInteractive,
      methods,
      &ExtractionMethods::ExtractInteractive
  ));
  out.back().asks_providers = true;
  out.push_back(Bind(
      "Render", service, &RawExtractionService::RequestRender, methods, &ExtractionMethods::Render
  ));
}

void AddSchema(RawSchemaService& service, SchemaMethods& methods, std::vector<RpcMethod>& out) {
  out.push_back(Bind(
      "RegisterSchema",
      service,
      &RawSchemaService::RequestRegisterSchema,
      methods,
      &SchemaMethods::RegisterSchema
  ));
  out.push_back(Bind(
      "GetSchema", service, &RawSchemaService::RequestGetSchema, methods, &SchemaMethods::GetSchema
  ));
  out.push_back(Bind(
      "ListSchemas",
      service,
      &RawSchemaService::RequestListSchemas,
      methods,
      &SchemaMethods::ListSchemas
  ));
  out.push_back(Bind(
      "ValidateInstance",
      service,
      &RawSchemaService::RequestValidateInstance,
      methods,
      &SchemaMethods::ValidateInstance
  ));
  out.push_back(Bind(
      "ParseText", service, &RawSchemaService::RequestParseText, methods, &SchemaMethods::ParseText
  ));
  out.push_back(Bind(
      "InferSchema",
      service,
      &RawSchemaService::RequestInferSchema,
      methods,
      &SchemaMethods::InferSchema
  ));
}

void AddJson(RawJsonService& service, JsonMethods& methods, std::vector<RpcMethod>& out) {
  out.push_back(Bind(
      "RepairJson", service, &RawJsonService::RequestRepairJson, methods, &JsonMethods::RepairJson
  ));
  out.push_back(Bind(
      "EncodeToon", service, &RawJsonService::RequestEncodeToon, methods, &JsonMethods::EncodeToon
  ));
  out.push_back(Bind(
      "DecodeToon", service, &RawJsonService::RequestDecodeToon, methods, &JsonMethods::DecodeToon
  ));
}

void AddCatalog(RawCatalogService& service, CatalogMethods& methods, std::vector<RpcMethod>& out) {
  out.push_back(Bind(
      "ListProviders",
      service,
      &RawCatalogService::RequestListProviders,
      methods,
      &CatalogMethods::ListProviders
  ));
  out.push_back(Bind(
      "ListModes",
      service,
      &RawCatalogService::RequestListModes,
      methods,
      &CatalogMethods::ListModes
  ));
  out.push_back(Bind(
      "ListModels",
      service,
      &RawCatalogService::RequestListModels,
      methods,
      &CatalogMethods::ListModels
  ));
  out.push_back(BindStream(
      "PullModel",
      service,
      &RawCatalogService::RequestPullModel,
      methods,
      &CatalogMethods::PullModel
  ));
}

void AddAdmin(RawAdminService& service, AdminMethods& methods, std::vector<RpcMethod>& out) {
  out.push_back(Bind(
      "GetCacheStats",
      service,
      &RawAdminService::RequestGetCacheStats,
      methods,
      &AdminMethods::GetCacheStats
  ));
  out.push_back(Bind(
      "ReloadConfig",
      service,
      &RawAdminService::RequestReloadConfig,
      methods,
      &AdminMethods::ReloadConfig
  ));
  out.push_back(BindStream(
      "WatchEvents",
      service,
      &RawAdminService::RequestWatchEvents,
      methods,
      &AdminMethods::WatchEvents
  ));
}

// Those that were added last are this service's.
void NameService(std::string_view name, std::vector<RpcMethod>& methods) {
  for (RpcMethod& method : methods) {
    if (method.service.empty()) method.service = name;
  }
}

}  // namespace

struct ApiServices::State {
  RawExtractionService extraction;
  RawSchemaService schema;
  RawJsonService json;
  RawCatalogService catalog;
  RawAdminService admin;
};

ApiServices::ApiServices() : state_(std::make_unique<State>()) {}
ApiServices::~ApiServices() = default;

void ApiServices::RegisterWith(grpc::ServerBuilder& builder) {
  builder.RegisterService(&state_->extraction);
  builder.RegisterService(&state_->schema);
  builder.RegisterService(&state_->json);
  builder.RegisterService(&state_->catalog);
  builder.RegisterService(&state_->admin);
}

std::vector<RpcMethod> ApiServices::MethodsFor(
    ExtractionMethods& extraction,
    SchemaMethods& schema,
    JsonMethods& json,
    CatalogMethods& catalog,
    AdminMethods& admin
) {
  std::vector<RpcMethod> methods;
  AddExtraction(state_->extraction, extraction, methods);
  NameService(ExtractionService::service_full_name(), methods);
  AddSchema(state_->schema, schema, methods);
  methods.push_back(Bind(
      "AdaptSchema",
      state_->schema,
      &RawSchemaService::RequestAdaptSchema,
      extraction,
      &ExtractionMethods::AdaptSchema
  ));
  NameService(SchemaService::service_full_name(), methods);
  AddJson(state_->json, json, methods);
  NameService(JsonService::service_full_name(), methods);
  AddCatalog(state_->catalog, catalog, methods);
  NameService(CatalogService::service_full_name(), methods);
  AddAdmin(state_->admin, admin, methods);
  NameService(AdminService::service_full_name(), methods);
  return methods;
}

std::vector<std::string> ApiServices::Names() {
  return {
      ExtractionService::service_full_name(),
      SchemaService::service_full_name(),
      JsonService::service_full_name(),
      CatalogService::service_full_name(),
      AdminService::service_full_name(),
  };
}

}  // namespace extractd
