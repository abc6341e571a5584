#include "server/service/health/health_probe.h"

#include <chrono>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/security/credentials.h>

#include "grpc/health/v1/health.pb.h"

namespace extractd {

bool IsServing(const std::string& address) {
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
  const grpc::health::v1::HealthCheckRequest request;
  grpc::health::v1::HealthCheckResponse response;
  const grpc::internal::RpcMethod check(
      "/grpc.health.v1.Health/Check", grpc::internal::RpcMethod::NORMAL_RPC
  );
  const grpc::Status status = grpc::internal::BlockingUnaryCall<
      grpc::health::v1::HealthCheckRequest,
      grpc::health::v1::HealthCheckResponse>(channel.get(), check, &context, request, &response);
  return status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

}  // namespace extractd
