#include "tests/bench/e2e/grpc_load.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "tests/bench/e2e/cpu_clock.h"
#include "tests/bench/e2e/job.h"

namespace extractd::bench {
namespace {

constexpr int kConnections = 4;
// Longer than any answer takes: the server hangs.
constexpr std::chrono::seconds kPatience{20};
constexpr const char* kMethod = "/extractd.v1.ExtractionService/Extract";

[[noreturn]] void Die(const std::string& problem) {
  fmt::print(stderr, "bench_e2e: {}\n", problem);
  std::exit(EXIT_FAILURE);
}

std::string TextOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return {};
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

}  // namespace

struct GrpcLoad::Call {
  grpc::ClientContext context;
  grpc::ByteBuffer reply;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

double LoadResult::CpuMicros() const {
  const double micros = std::chrono::duration<double, std::micro>(server_cpu).count();
  return requests == 0 ? 0 : micros / static_cast<double>(requests);
}

GrpcLoad::GrpcLoad(const std::string& address, pid_t pid) : pid_(pid) {
  const grpc::Slice bytes(ExtractRequestBytes());
  request_ = grpc::ByteBuffer(&bytes, 1);
  for (int i = 0; i < kConnections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("bench.connection", i);  // unequal arguments: no connection is shared
    stubs_.push_back(std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)
    ));
  }
}

void GrpcLoad::Start(grpc::CompletionQueue& queue) {
  auto* call = new Call;
  call->reader =
      stubs_[next_++ % stubs_.size()]->PrepareUnaryCall(&call->context, kMethod, request_, &queue);
  call->reader->StartCall();
  call->reader->Finish(&call->reply, &call->status, call);
}

std::unique_ptr<GrpcLoad::Call> GrpcLoad::Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  const auto end = std::chrono::system_clock::now() + kPatience;
  if (queue.AsyncNext(&tag, &ok, end) != grpc::CompletionQueue::GOT_EVENT) {
    Die("a call was not answered");
  }
  return std::unique_ptr<Call>(static_cast<Call*>(tag));
}

std::string GrpcLoad::CallOnce() {
  grpc::CompletionQueue queue;
  Start(queue);
  const std::unique_ptr<Call> call = Next(queue);
  if (!call->status.ok()) Die("the first call failed: " + call->status.error_message());
  return TextOf(call->reply);
}

LoadResult GrpcLoad::Run(int in_flight, double seconds) {
  using std::chrono::steady_clock;
  const auto begin = steady_clock::now();
  const auto after = [begin](double wait) {
    const std::chrono::duration<double> time(wait);
    return begin + std::chrono::duration_cast<steady_clock::duration>(time);
  };
  const auto warm = after(seconds / 5);
  const auto end = after(seconds);
  grpc::CompletionQueue queue;
  LoadResult result;
  const auto finish_one = [&] {
    const std::unique_ptr<Call> call = Next(queue);
    if (!call->status.ok() && result.failures++ == 0) result.failure = call->status.error_message();
  };
  // One call ends, the next begins, until the time `until`; the number of calls.
  const auto keep_going = [&](steady_clock::time_point until) {
    std::int64_t calls = 0;
    for (; steady_clock::now() < until; ++calls) {
      finish_one();
      Start(queue);
    }
    return calls;
  };
  for (int i = 0; i < in_flight; ++i) Start(queue);
  keep_going(warm);
  const auto cpu = CpuTime(pid_);
  result.requests = keep_going(end);
  result.server_cpu = CpuTime(pid_) - cpu;
  for (int i = 0; i < in_flight; ++i) finish_one();
  return result;
}

}  // namespace extractd::bench
