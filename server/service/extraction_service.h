// ExtractionService: Extract and Render on one loop.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_SERVICE_H_

#include <memory>

#include <absl/random/random.h>

#include "server/base/task.h"
#include "server/engine/extraction.h"
#include "server/engine/plan.h"
#include "server/service/call_recorder.h"
#include "server/service/protobuf/protobuf_type.h"
#include "server/service/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

class ExtractionMethods {
 public:
  // All outlive this. `upstreams` belongs to the loop.
  ExtractionMethods(SharedState& shared, UpstreamFactory& upstreams, CallRecorder& recorder);

  Task<RpcResult> Extract(Rpc& rpc);
  Task<RpcResult> Render(Rpc& rpc);
  // Of SchemaService; here because only a plan knows what a provider gets.
  Task<RpcResult> AdaptSchema(Rpc& rpc);

 private:
  absl::StatusOr<ExtractCall> ReadExtract(Rpc& rpc, std::shared_ptr<const ProtobufType>& type);
  // Extract, where the call names other targets, too.
  Task<RpcResult> ExtractAtSeveral(
      Rpc& rpc, ExtractCall call, const ProtobufType* type, SteadyTime begin
  );
  // `type`: what the answer comes back as besides; or null.
  RpcResult Answer(
      Rpc& rpc,
      const Plan& plan,
      const Extraction& extraction,
      const ProtobufType* type,
      SteadyTime begin
  );

  SharedState& shared_;
  CallRecorder& recorder_;
  Planner planner_;
  absl::InsecureBitGen random_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_SERVICE_H_
