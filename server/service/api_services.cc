#include "server/service/api_services.h"

#include <utility>

#include <grpcpp/impl/service_type.h>

#include "extractd/v1/catalog_service.grpc.pb.h"
#include "extractd/v1/extraction_service.grpc.pb.h"
#include "extractd/v1/schema_service.grpc.pb.h"
#include "server/service/catalog_service.h"
#include "server/service/extraction_service.h"
#include "server/service/schema_service.h"

namespace extractd {
namespace {

// Extract is the method with the load: gRPC may hand over so many before the loop asks again.
constexpr int kWaitingExtracts = 64;

using v1::CatalogService;
using v1::ExtractionService;
using v1::SchemaService;

using RawExtractionService = ExtractionService::WithRawMethod_Extract<
    ExtractionService::WithRawMethod_Render<ExtractionService::Service>>;
using RawSchemaService =
    SchemaService::WithRawMethod_RegisterSchema<SchemaService::WithRawMethod_GetSchema<
        SchemaService::WithRawMethod_ValidateInstance<SchemaService::WithRawMethod_ParseText<
            SchemaService::WithRawMethod_AdaptSchema<SchemaService::Service>>>>>;
using RawCatalogService = CatalogService::WithRawMethod_ListProviders<
    CatalogService::WithRawMethod_ListModes<CatalogService::Service>>;

// Binds Request<Method> of a raw service and the handler of a loop.
template <class Service, class Request, class Methods>
RpcMethod Bind(
    std::string name,
    Service& service,
    Request request,
    Methods& methods,
    Task<RpcResult> (Methods::*handler)(Rpc&)
) {
  return {
      .name = std::move(name),
      .request_next = [&service, request](
                          auto* context, auto* bytes, auto* responder, auto* queue, void* tag
                      ) { (service.*request)(context, bytes, responder, queue, queue, tag); },
      .handler = [&methods, handler](Rpc& rpc) { return (methods.*handler)(rpc); },
  };
}

}  // namespace

struct ApiServices::State {
  RawExtractionService extraction;
  RawSchemaService schema;
  RawCatalogService catalog;
};

ApiServices::ApiServices() : state_(std::make_unique<State>()) {}
ApiServices::~ApiServices() = default;

void ApiServices::RegisterWith(grpc::ServerBuilder& builder) {
  builder.RegisterService(&state_->extraction);
  builder.RegisterService(&state_->schema);
  builder.RegisterService(&state_->catalog);
}

std::vector<RpcMethod> ApiServices::MethodsFor(
    ExtractionMethods& extraction, SchemaMethods& schema, CatalogMethods& catalog
) {
  State& s = *state_;
  using Extraction = ExtractionMethods;
  using Schema = SchemaMethods;
  using Catalog = CatalogMethods;
  std::vector<RpcMethod> methods;
  methods.push_back(Bind(
      "Extract",
      s.extraction,
      &RawExtractionService::RequestExtract,
      extraction,
      &Extraction::Extract
  ));
  methods.back().waiting = kWaitingExtracts;
  methods.push_back(Bind(
      "Render", s.extraction, &RawExtractionService::RequestRender, extraction, &Extraction::Render
  ));
  methods.push_back(Bind(
      "RegisterSchema",
      s.schema,
      &RawSchemaService::RequestRegisterSchema,
      schema,
      &Schema::RegisterSchema
  ));
  methods.push_back(
      Bind("GetSchema", s.schema, &RawSchemaService::RequestGetSchema, schema, &Schema::GetSchema)
  );
  methods.push_back(Bind(
      "ValidateInstance",
      s.schema,
      &RawSchemaService::RequestValidateInstance,
      schema,
      &Schema::ValidateInstance
  ));
  methods.push_back(
      Bind("ParseText", s.schema, &RawSchemaService::RequestParseText, schema, &Schema::ParseText)
  );
  methods.push_back(Bind(
      "AdaptSchema",
      s.schema,
      &RawSchemaService::RequestAdaptSchema,
      extraction,
      &Extraction::AdaptSchema
  ));
  methods.push_back(Bind(
      "ListProviders",
      s.catalog,
      &RawCatalogService::RequestListProviders,
      catalog,
      &Catalog::ListProviders
  ));
  methods.push_back(Bind(
      "ListModes", s.catalog, &RawCatalogService::RequestListModes, catalog, &Catalog::ListModes
  ));
  return methods;
}

std::vector<std::string> ApiServices::Names() {
  return {
      ExtractionService::service_full_name(),
      SchemaService::service_full_name(),
      CatalogService::service_full_name(),
  };
}

}  // namespace extractd
