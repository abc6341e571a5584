// More than fits: schemas without end, and a message that is small only on its way.
#include <string>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "extractd/v1/schema_service.grpc.pb.h"
#include "tests/fakes/test_settings.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

constexpr int kSchemas = 1'000;
constexpr int kSchemasInFull = 100'000;
constexpr int kCacheBytes = 1 << 19;

class FloodTest : public DaemonTest {
 protected:
  std::shared_ptr<grpc::Channel> Channel() const {
    return grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials());
  }

  // PersonRequest with so many bytes of input, compressed.
  grpc::Status CallCompressed(size_t input_bytes, grpc_compression_algorithm algorithm) {
    v1::ExtractRequest request = PersonRequest();
    request.set_input(std::string(input_bytes, 'a'));
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    v1::ExtractResponse response;
    return v1::ExtractionService::NewStub(Channel())->Extract(&context, request, &response);
  }
};

TEST_F(FloodTest, Case08_SchemasWithoutEndStayWithinTheirBytesAndOthersAreServed) {
  Script({ToolAnswer(kAda)});
  Start(fmt::format("schema_cache_bytes: {}\n", kCacheBytes));
  const auto schemas = v1::SchemaService::NewStub(Channel());
  const int count = IsFullRun() ? kSchemasInFull : kSchemas;
  for (int i = 0; i < count; ++i) {
    v1::ValidateInstanceRequest request;
    request.mutable_schema()->set_json_schema(
        fmt::format(R"({{"type":"object","properties":{{"p{}":{{"type":"integer"}}}}}})", i)
    );
    request.set_instance_json("{}");
    grpc::ClientContext context;
    v1::ValidateInstanceResponse response;
    const grpc::Status status = schemas->ValidateInstance(&context, request, &response);
    ASSERT_TRUE(status.ok()) << i << ": " << status.error_message();
    // Somebody else's calls, all the while.
    if (i % 200 == 0) EXPECT_TRUE(client->Extract(PersonRequest()).ok()) << i;
  }
  EXPECT_LE(daemon->Metric("extractd_schema_cache_bytes"), kCacheBytes);
  EXPECT_GE(daemon->Metric("extractd_schema_cache_misses_total"), count);
  EXPECT_GT(daemon->Metric("extractd_schema_cache_evictions_total"), 0);
}

TEST_F(FloodTest, Case11_AMessageThatGrowsBeyondTheLimitIsRefusedAndTheDaemonServesOn) {
  Script({ToolAnswer(kAda)});
  Start("max_request_bytes: 1048576\n");
  EXPECT_TRUE(CallCompressed(1'000, GRPC_COMPRESS_GZIP).ok()) << "gzip is taken";
  const grpc::Status status = CallCompressed(size_t{64} << 20U, GRPC_COMPRESS_GZIP);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_EQ(acme.requests().size(), 1U);
  EXPECT_TRUE(client->Extract(PersonRequest()).ok()) << "and it serves on";
}

TEST_F(FloodTest, Case11_OtherCompressionsAreNotTaken) {
  Start();
  EXPECT_EQ(
      CallCompressed(1'000, GRPC_COMPRESS_DEFLATE).error_code(), grpc::StatusCode::UNIMPLEMENTED
  );
}

}  // namespace
}  // namespace extractd::integration
