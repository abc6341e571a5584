// Many streams with whatever can happen to them: cancels, faults of the provider, callers who read
// slowly. Nothing of it may stay: descriptors, memory, connections, calls. 20,000 of them in full.
//
// EXTRACTD_SEED sets what happens.
#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "tests/fakes/test_settings.h"
#include "tests/integration/random_faults.h"
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using namespace std::chrono_literals;

constexpr size_t kStreams = 400;
constexpr size_t kStreamsInFull = 20'000;
constexpr size_t kCallers = 8;
class StreamSoakTest : public DaemonTest {
 protected:
  // One caller: reads all, or some and then leaves, or slowly.
  void CallOnce(v1::ExtractionService::Stub& stub, std::mt19937& random) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 20s);
    v1::ExtractStreamRequest request = StreamRequest(PersonRequest());
    if (random() % 4 == 0) request.set_snapshot_interval_ms(20);
    const auto reader = stub.ExtractStream(&context, request);
    const bool leaves = random() % 5 == 0;
    const bool slow = random() % 8 == 0;
    size_t patience = leaves ? random() % 4 : 1'000'000;
    v1::ExtractStreamResponse event;
    while (patience-- > 0 && reader->Read(&event)) {
      if (slow) std::this_thread::sleep_for(2ms);
    }
    if (leaves) context.TryCancel();
    const grpc::Status status = reader->Finish();
    const std::lock_guard lock(mutex_);
    ++outcomes_[status.error_code()];
  }

  void Run(size_t streams) {
    std::atomic<std::int64_t> left = static_cast<std::int64_t>(streams);
    std::vector<std::thread> callers;
    for (size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back([this, &left, seed = seed_ + i] {
        std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
        const auto stub = v1::ExtractionService::NewStub(
            grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials())
        );
        while (left.fetch_sub(1) > 0) CallOnce(*stub, random);
      });
    }
    for (std::thread& caller : callers) caller.join();
    seed_ += kCallers;
  }

  std::uint64_t seed_ = NumberSetting("EXTRACTD_SEED", 6);
  std::mutex mutex_;
  std::map<grpc::StatusCode, size_t> outcomes_;
};

TEST_F(StreamSoakTest, NothingStaysOfManyStreams) {
  const size_t streams = IsFullRun() ? kStreamsInFull : kStreams;
  Start(
      "initial_backoff_ms: 1\nmax_backoff_ms: 5\nslow_reader_timeout_ms: 2000\n",
      "    first_byte_timeout_ms: 300\n    idle_timeout_ms: 300\n"
  );
  // The imposter's own thread alone draws from it.
  auto random = std::make_shared<std::mt19937>(static_cast<std::mt19937::result_type>(seed_));
  acme.ReplyByDefault([random](const fakes::SeenRequest&) { return RandomStream(*random); });
  Run(streams / 2);
  const int descriptors = daemon->OpenDescriptors();
  const std::int64_t resident = ResidentKb(daemon->pid());
  Run(streams / 2);

  size_t all = 0;
  for (const auto& [code, count] : outcomes_) {
    all += count;
    EXPECT_NE(code, grpc::StatusCode::INTERNAL);
    EXPECT_NE(code, grpc::StatusCode::UNKNOWN);
    std::cout << "soak: status " << code << ": " << count << "\n";
  }
  EXPECT_EQ(all, streams / 2 * 2);
  EXPECT_GT(outcomes_[grpc::StatusCode::OK], streams / 3);
  EXPECT_TRUE(Becomes([this] { return daemon->Metric("extractd_in_flight") == 0; }));
  EXPECT_TRUE(Becomes([&] { return daemon->OpenDescriptors() <= descriptors + 8; }))
      << descriptors << " became " << daemon->OpenDescriptors();
  EXPECT_TRUE(Becomes([this] { return acme.open_connections() <= 2 * kCallers; }))
      << acme.open_connections() << " connections to the provider";
  const std::int64_t grown = ResidentKb(daemon->pid()) - resident;
  EXPECT_LT(grown, kMaxGrowthKb);
  std::cout << "soak: " << all << " streams, " << acme.requests().size() << " requests, memory +"
            << grown << " kB in the second half\n";
  daemon->Signal(SIGTERM);
  EXPECT_EQ(daemon->Wait(), 0) << "with nothing leaked, as the sanitizer sees it";
}

}  // namespace
}  // namespace extractd::integration
