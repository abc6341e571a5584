// SchemaService: everything about schemas that needs no model, on one loop.
#ifndef EXTRACTD_SERVER_SERVICE_SCHEMAS_SCHEMA_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_SCHEMAS_SCHEMA_SERVICE_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "extractd/v1/schema.pb.h"
#include "server/base/task.h"
#include "server/schema/prepared_schema.h"
#include "server/service/call_recorder.h"
#include "server/service/protobuf/protobuf_types.h"
#include "server/service/rpc/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

class SchemaMethods {
 public:
  // Both outlive this.
  SchemaMethods(SharedState& shared, CallRecorder& recorder)
      : shared_(shared), recorder_(recorder), message_types_(shared.schemas, shared.pool) {}

  Task<RpcResult> RegisterSchema(Rpc& rpc);
  Task<RpcResult> GetSchema(Rpc& rpc);
  Task<RpcResult> ValidateInstance(Rpc& rpc);
  Task<RpcResult> ParseText(Rpc& rpc);
  Task<RpcResult> ListSchemas(Rpc& rpc);
  Task<RpcResult> InferSchema(Rpc& rpc);

 private:
  using SchemaPtr = std::shared_ptr<const schema::PreparedSchema>;
  // What a message names as a schema.
  struct Resolved {
    SchemaPtr schema = {};
    std::string id = {};
    std::string source = {};  // see RegisteredSchema
  };
  Task<absl::StatusOr<Resolved>> Resolve(const v1::Schema& message);

  SharedState& shared_;
  CallRecorder& recorder_;
  ProtobufTypes message_types_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_SCHEMAS_SCHEMA_SERVICE_H_
