// Many streams with whatever can happen to them: cancels, faults of the provider, callers who read
// slowly. Nothing of it may stay: descriptors, memory, connections, calls. 20,000 of them in full.
//
// EXTRACTD_SEED sets what happens.
#include <atomic>
#include <chrono>
#include <fstream>
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
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using namespace std::chrono_literals;

constexpr size_t kStreams = 400;
constexpr size_t kStreamsInFull = 20'000;
constexpr size_t kCallers = 8;
// What an allocator under ASan keeps of what was freed.
constexpr std::int64_t kMaxGrowthKb = 96 * 1024;

std::int64_t ResidentKb(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

// One of the things that providers do.
ScriptedReply SomeReply(std::mt19937& random) {
  const std::string person = fmt::format(
      R"({{"name":"{}","age":{}}})", std::string(1 + random() % 4'000, 'a'), random() % 90
  );
  const std::string events = ToolEvents(InPieces(person, 1 + random() % 60));
  const size_t somewhere = random() % events.size();
  switch (random() % 16) {
    case 0:
      return ScriptedReply::EventStream(events).CutAfter(somewhere);
    case 1:
      return ScriptedReply::EventStream(events).ResetAfter(somewhere);
    case 2:
      return ScriptedReply::EventStream(events).StallAfter(somewhere);
    case 3:
      return ScriptedReply::EventStream(events.substr(0, somewhere) + "data: {no json\n\n");
    case 4:
      return ErrorReply(503);
    case 5:
      return ScriptedReply::HangUp();
    case 6:
      return ScriptedReply::EventStream(ToolEvents({R"({"age":-1,)", person.substr(1)}));
    case 7:
      return ScriptedReply::EventStream(events).Dripping(2'000, 1ms);
    default:
      return ScriptedReply::EventStream(events);
  }
}

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

  // False: it did not become so within ten seconds.
  template <class Condition>
  static bool Becomes(Condition condition) {
    for (int i = 0; i < 500; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
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
  acme.ReplyByDefault([random](const fakes::SeenRequest&) { return SomeReply(*random); });
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
