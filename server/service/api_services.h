// ApiServices: the services of the API as gRPC sees them, every served method raw: its bytes are
// ours to parse. One for the server; methods are asked for on each loop's queue.
#ifndef EXTRACTD_SERVER_SERVICE_API_SERVICES_H_
#define EXTRACTD_SERVER_SERVICE_API_SERVICES_H_

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/server_builder.h>

#include "server/service/rpc/rpc_server.h"

namespace extractd {

class ExtractionMethods;
class SchemaMethods;
class JsonMethods;
class CatalogMethods;
class AdminMethods;

class ApiServices {
 public:
  ApiServices();
  ~ApiServices();
  ApiServices(const ApiServices&) = delete;
  ApiServices& operator=(const ApiServices&) = delete;

  void RegisterWith(grpc::ServerBuilder& builder);

  // The methods, bound to one loop's handlers, which outlive the server.
  std::vector<RpcMethod> MethodsFor(
      ExtractionMethods& extraction,
      SchemaMethods& schema,
      JsonMethods& json,
      CatalogMethods& catalog,
      AdminMethods& admin
  );

  // Full names, for health.
  static std::vector<std::string> Names();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_API_SERVICES_H_
