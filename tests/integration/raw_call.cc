#include "tests/integration/raw_call.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

namespace extractd::integration {

RawReply CallRaw(const std::string& address, const std::string& method, std::string_view request) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request.data(), request.size());
  const grpc::ByteBuffer bytes(&slice, 1);
  const auto call = stub.PrepareUnaryCall(&context, method, bytes, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  RawReply reply;
  void* tag = nullptr;
  bool ok = false;
  call->Finish(&response, &reply.status, &tag);
  queue.Next(&tag, &ok);
  grpc::Slice flat;
  if (response.DumpToSingleSlice(&flat).ok()) {
    reply.bytes.assign(reinterpret_cast<const char*>(flat.begin()), flat.size());
  }
  return reply;
}

}  // namespace extractd::integration
