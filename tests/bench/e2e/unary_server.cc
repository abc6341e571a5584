#include "tests/bench/e2e/unary_server.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

namespace extractd::bench {
namespace {

// gRPC may hand over so many calls before a poller asks again; as in extractd.
constexpr int kWaiting = 64;
constexpr size_t kMaxBatch = 32;

}  // namespace

void UnaryCall::Answer(const grpc::ByteBuffer& reply) {
  answered_ = true;
  responder_.Finish(reply, grpc::Status::OK, this);
}

void UnaryCall::Fail(const std::string& message) {
  answered_ = true;
  responder_.FinishWithError({grpc::StatusCode::INTERNAL, message}, this);
}

UnaryServer::UnaryServer(OnCalls on_calls) : on_calls_(std::move(on_calls)) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as extractd does
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service_);
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  address_ = fmt::format("127.0.0.1:{}", port);
  for (int call = 0; call < kWaiting; ++call) Arm();
  poller_ = std::thread([this] { Poll(); });
}

UnaryServer::~UnaryServer() {
  server_->Shutdown(std::chrono::system_clock::now());
  queue_->Shutdown();
  poller_.join();
}

void UnaryServer::Arm() {
  auto* call = new UnaryCall;
  service_.RequestExtract(
      &call->context_, &call->request_, &call->responder_, queue_.get(), queue_.get(), call
  );
}

void UnaryServer::Poll() {
  std::vector<UnaryCall*> arrived;
  const auto take = [&](void* tag, bool ok) {
    auto* call = static_cast<UnaryCall*>(tag);
    if (!ok || call->answered_) {
      delete call;
    } else {
      arrived.push_back(call);
    }
  };
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    take(tag, ok);
    const gpr_timespec now = gpr_time_0(GPR_CLOCK_MONOTONIC);
    for (size_t events = 1; events < kMaxBatch; ++events) {
      if (queue_->AsyncNext(&tag, &ok, now) != grpc::CompletionQueue::GOT_EVENT) break;
      take(tag, ok);
    }
    if (arrived.empty()) continue;
    for (size_t i = 0; i < arrived.size(); ++i) Arm();
    on_calls_(arrived);
    arrived.clear();
  }
}

void AnnounceAndWait(const std::string& address) {
  fmt::print("{}\n", address);
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

}  // namespace extractd::bench
