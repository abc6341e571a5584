// ExtractionService on one loop.
#ifndef EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACTION_SERVICE_H_
#define EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACTION_SERVICE_H_

#include <chrono>
#include <memory>

#include <absl/random/random.h>

#include "extractd/v1/extraction.pb.h"
#include "server/base/task.h"
#include "server/engine/extraction.h"
#include "server/engine/plan.h"
#include "server/service/call_recorder.h"
#include "server/service/protobuf/answer_types.h"
#include "server/service/protobuf/protobuf_types.h"
#include "server/service/rpc/rpc.h"
#include "server/service/shared_state.h"

namespace extractd {

struct Course;
struct OpenStream;
struct StreamCall;
namespace v1 {
class InteractiveStart;
}

class ExtractionMethods {
 public:
  // All outlive this. `upstreams` belongs to the loop.
  ExtractionMethods(SharedState& shared, UpstreamFactory& upstreams, CallRecorder& recorder);

  Task<RpcResult> Extract(Rpc& rpc);
  Task<grpc::Status> ExtractStream(StreamRpc& rpc);
  Task<grpc::Status> ExtractInteractive(DialogRpc& rpc);
  Task<RpcResult> Render(Rpc& rpc);
  // Of SchemaService; here because only a plan knows what a provider gets.
  Task<RpcResult> AdaptSchema(Rpc& rpc);

 private:
  // stream/extract_stream.cc
  absl::StatusOr<StreamCall> ReadStream(StreamRpc& rpc);
  // stream/extract_interactive.cc
  absl::StatusOr<StreamCall> ReadInteractive(
      const DialogRpc& rpc, const v1::InteractiveStart& start
  );
  Task<absl::StatusOr<Course>> RunStream(ExtractCall call, ExtractionTools tools, SteadyTime begin);
  // The ends of streams: of one that was never planned, and of one that was.
  Task<grpc::Status> RefuseStream(const OpenStream& stream, absl::Status status);
  Task<grpc::Status> EndStream(const OpenStream& stream, Course& course, const AnswerTypes& types);
  Task<grpc::Status> FailStream(const OpenStream& stream, const Extraction& extraction);

  // All but replan.
  ExtractionTools Tools();
  // With the message types that the answer shall come back as, also those of registered schemas.
  absl::StatusOr<ExtractCall> ToTypedCall(const v1::ExtractRequest& request, AnswerTypes& types);
  absl::StatusOr<ExtractCall> ReadCall(
      const Rpc& rpc, const v1::ExtractRequest& request, AnswerTypes& types
  );
  absl::StatusOr<ExtractCall> ReadExtract(Rpc& rpc, AnswerTypes& types);
  // Extract, where the call names other targets, too.
  Task<RpcResult> ExtractAtSeveral(
      Rpc& rpc, ExtractCall call, const AnswerTypes& types, SteadyTime begin
  );
  // The plan of a call once more, after something was learned of its model.
  Task<absl::StatusOr<std::unique_ptr<Plan>>> Replan(Rpc& rpc);
  RpcResult Answer(
      Rpc& rpc, const Plan& plan, Extraction& extraction, const AnswerTypes& types, SteadyTime begin
  );
  // What both kinds of answers do when an extraction has ended: names a drain, and counts what the
  // call cost besides its provider. The time that it took.
  std::chrono::nanoseconds Close(const Rpc& rpc, Extraction& extraction, SteadyTime begin);

  SharedState& shared_;
  CallRecorder& recorder_;
  ProtobufTypes message_types_;
  Planner planner_;
  absl::InsecureBitGen random_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_EXTRACTION_EXTRACTION_SERVICE_H_
