#include "tests/bench/e2e/grpc_load.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "tests/bench/e2e/cpu_clock.h"
#include "tests/bench/e2e/job.h"

namespace extractd::bench {
namespace {

constexpr int kConnections = 4;
constexpr const char* kMethod = "/extractd.v1.ExtractionService/Extract";

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

std::string GrpcLoad::CallOnce() {
  grpc::CompletionQueue queue;
  Start(queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  const std::unique_ptr<Call> call(static_cast<Call*>(tag));
  if (!call->status.ok()) {
    fmt::print(stderr, "bench_e2e: the first call failed: {}\n", call->status.error_message());
    std::exit(EXIT_FAILURE);
  }
  return TextOf(call->reply);
}

LoadResult GrpcLoad::Run(int in_flight, double seconds) {
  using std::chrono::steady_clock;
  grpc::CompletionQueue queue;
  LoadResult result;
  const auto begin = steady_clock::now();
  const auto after = [begin](double wait) {
    return begin + std::chrono::duration_cast<steady_clock::duration>(
                       std::chrono::duration<double>(wait)
                   );
  };
  const auto warm = after(seconds / 5);
  const auto end = after(seconds);
  bool counting = false;
  bool counted = false;
  std::chrono::nanoseconds cpu_begin{0};
  for (int i = 0; i < in_flight; ++i) Start(queue);
  void* tag = nullptr;
  bool ok = false;
  for (int left = in_flight; left > 0 && queue.Next(&tag, &ok);) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    const auto now = steady_clock::now();
    if (!call->status.ok() && result.failures++ == 0) result.failure = call->status.error_message();
    if (!counting && now >= warm) {
      counting = true;
      cpu_begin = CpuTime(pid_);
    } else if (counting && !counted) {
      ++result.requests;
    }
    if (now < end) {
      Start(queue);
      continue;
    }
    if (!counted) {
      counted = true;
      result.server_cpu = CpuTime(pid_) - cpu_begin;
    }
    --left;
  }
  return result;
}

}  // namespace extractd::bench
