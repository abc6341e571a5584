#include "tests/bench/e2e/unary_server.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

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

UnaryServer::UnaryServer(size_t queues, OnCalls on_calls) : on_calls_(std::move(on_calls)) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service_);
  for (size_t i = 0; i < queues; ++i) queues_.push_back(builder.AddCompletionQueue());
  server_ = builder.BuildAndStart();
  address_ = fmt::format("127.0.0.1:{}", port);
  for (size_t i = 0; i < queues; ++i) {
    for (int call = 0; call < kWaiting; ++call) Arm(i);
    pollers_.emplace_back([this, i] { Poll(i); });
  }
}

UnaryServer::~UnaryServer() {
  server_->Shutdown(std::chrono::system_clock::now());
  for (auto& queue : queues_) queue->Shutdown();
  for (std::thread& poller : pollers_) poller.join();
}

void UnaryServer::Arm(size_t queue) {
  auto* call = new UnaryCall;
  grpc::ServerCompletionQueue* const events = queues_[queue].get();
  service_.RequestExtract(
      &call->context_, &call->request_, &call->responder_, events, events, call
  );
}

void UnaryServer::Poll(size_t queue) {
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
  while (queues_[queue]->Next(&tag, &ok)) {
    take(tag, ok);
    const gpr_timespec now = gpr_time_0(GPR_CLOCK_MONOTONIC);
    for (size_t events = 1; events < kMaxBatch; ++events) {
      if (queues_[queue]->AsyncNext(&tag, &ok, now) != grpc::CompletionQueue::GOT_EVENT) break;
      take(tag, ok);
    }
    if (arrived.empty()) continue;
    for (size_t i = 0; i < arrived.size(); ++i) Arm(queue);
    on_calls_(queue, arrived);
    arrived.clear();
  }
}

size_t LoopCount() {
  return std::max(1U, std::thread::hardware_concurrency());
}

void AnnounceAndWait(const std::string& address) {
  fmt::print("{}\n", address);
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

}  // namespace extractd::bench
