#include "server/service/health/health_service.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/service/rpc/queue_tag.h"

namespace extractd {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckRequest About(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request;
}

// The service behind a server of its own, without a network.
class HealthServiceTest : public ::testing::Test {
 protected:
  HealthServiceTest() {
    grpc::ServerBuilder builder;
    health_.RegisterWith(builder);
    queue_ = builder.AddCompletionQueue();
    server_ = builder.BuildAndStart();
    health_.Start(*queue_);
    poller_ = std::thread([this] {
      void* tag = nullptr;
      bool ok = false;
      while (queue_->Next(&tag, &ok)) static_cast<QueueTag*>(tag)->OnEvent(ok);
    });
    stub_ = Health::NewStub(server_->InProcessChannel({}));
  }

  // Cancels the calls that are left.
  ~HealthServiceTest() override {
    server_->Shutdown(std::chrono::system_clock::now());
    queue_->Shutdown();
    poller_.join();
  }

  // What Check says: a status of health, or the name of an error.
  std::string Check(const std::string& service) {
    grpc::ClientContext context;
    HealthCheckResponse response;
    const grpc::Status status = stub_->Check(&context, About(service), &response);
    if (status.error_code() == grpc::StatusCode::NOT_FOUND) return "not found";
    if (!status.ok()) return status.error_message();
    return HealthCheckResponse::ServingStatus_Name(response.status());
  }

  // A call of Watch and what it has said so far.
  class Watcher {
   public:
    Watcher(Health::Stub& stub, const std::string& service)
        : reader_(stub.Watch(&context_, About(service))) {}
    ~Watcher() {
      context_.TryCancel();
      reader_->Finish();
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // Waits for the next message.
    std::string Next() {
      HealthCheckResponse response;
      if (!reader_->Read(&response)) return "over";
      return HealthCheckResponse::ServingStatus_Name(response.status());
    }

   private:
    grpc::ClientContext context_;
    std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
  };

  HealthService health_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread poller_;
  std::unique_ptr<Health::Stub> stub_;
};

TEST_F(HealthServiceTest, CheckSaysWhatWasSet) {
  health_.Set("", true);
  health_.Set("a.Service", false);
  EXPECT_EQ(Check(""), "SERVING");
  EXPECT_EQ(Check("a.Service"), "NOT_SERVING");
  health_.Set("a.Service", true);
  EXPECT_EQ(Check("a.Service"), "SERVING");
}

TEST_F(HealthServiceTest, CheckDoesNotKnowAServiceThatWasNeverNamed) {
  EXPECT_EQ(Check(""), "not found");
  EXPECT_EQ(Check("another.Service"), "not found");
}

TEST_F(HealthServiceTest, WatchSaysTheStatusAndThenEachChange) {
  health_.Set("", true);
  Watcher watcher(*stub_, "");
  EXPECT_EQ(watcher.Next(), "SERVING");
  health_.Set("", false);
  EXPECT_EQ(watcher.Next(), "NOT_SERVING");
  health_.Set("", true);
  EXPECT_EQ(watcher.Next(), "SERVING");
}

TEST_F(HealthServiceTest, WatchDoesNotRepeatItself) {
  health_.Set("", true);
  Watcher watcher(*stub_, "");
  EXPECT_EQ(watcher.Next(), "SERVING");
  health_.Set("", true);
  health_.Set("another.Service", false);
  health_.Set("", false);
  EXPECT_EQ(watcher.Next(), "NOT_SERVING");
}

TEST_F(HealthServiceTest, WatchWaitsForAServiceThatIsNotNamedYet) {
  Watcher watcher(*stub_, "late.Service");
  EXPECT_EQ(watcher.Next(), "SERVICE_UNKNOWN");
  health_.Set("late.Service", true);
  EXPECT_EQ(watcher.Next(), "SERVING");
}

TEST_F(HealthServiceTest, AllWhoWatchAreTold) {
  health_.Set("", true);
  Watcher first(*stub_, "");
  Watcher second(*stub_, "");
  EXPECT_EQ(first.Next(), "SERVING");
  EXPECT_EQ(second.Next(), "SERVING");
  health_.Set("", false);
  EXPECT_EQ(first.Next(), "NOT_SERVING");
  EXPECT_EQ(second.Next(), "NOT_SERVING");
}

TEST_F(HealthServiceTest, ThoseWhoLeaveDoNotDisturbTheOthers) {
  health_.Set("", true);
  Watcher stays(*stub_, "");
  EXPECT_EQ(stays.Next(), "SERVING");
  for (int i = 0; i < 20; ++i) {
    Watcher leaves(*stub_, "");
    EXPECT_EQ(leaves.Next(), "SERVING");
  }
  health_.Set("", false);
  EXPECT_EQ(stays.Next(), "NOT_SERVING");
}

TEST_F(HealthServiceTest, AShutdownEndsEveryWatch) {
  health_.Set("", true);
  Watcher watcher(*stub_, "");
  EXPECT_EQ(watcher.Next(), "SERVING");
  server_->Shutdown(std::chrono::system_clock::now());
  EXPECT_EQ(watcher.Next(), "over");
}

}  // namespace
}  // namespace extractd
