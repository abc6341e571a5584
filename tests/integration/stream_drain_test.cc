// A drain while hundreds of streams are open.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using namespace std::chrono_literals;

// Streams of one channel; one thread reads what comes.
class ManyStreams {
 public:
  ManyStreams(const std::string& address, size_t count) : streams_(count) {
    const auto stub = v1::ExtractionService::NewStub(
        grpc::CreateChannel(address, grpc::InsecureChannelCredentials())
    );
    for (size_t i = 0; i < count; ++i) {
      Stream& stream = streams_[i];
      stream.context.set_deadline(std::chrono::system_clock::now() + 90s);
      stream.reader = stub->AsyncExtractStream(
          &stream.context, StreamRequest(PersonRequest()), &queue_, &stream
      );
    }
  }

  ~ManyStreams() {
    for (Stream& stream : streams_) stream.context.TryCancel();
    AwaitEnds();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }
  ManyStreams(const ManyStreams&) = delete;
  ManyStreams& operator=(const ManyStreams&) = delete;

  // Reads until so many streams have shown the first part of their value.
  void AwaitDeltas(size_t count) {
    ReadUntil([&] { return deltas_ >= count; });
  }
  // Reads all to their ends; how each ended, by reason, with its number.
  std::map<std::string, size_t> AwaitEnds() {
    ReadUntil([&] { return ended_ == streams_.size(); });
    std::map<std::string, size_t> reasons;
    for (const Stream& stream : streams_) {
      const std::string reason = ReadFailure(stream.status).reason;
      ++reasons[reason.empty() ? "status " + std::to_string(stream.status.error_code()) : reason];
    }
    return reasons;
  }
  // Streams whose last event was `failure`.
  size_t failures() const {
    return static_cast<size_t>(std::ranges::count_if(streams_, [](const Stream& stream) {
      return stream.last.has_failure();
    }));
  }

 private:
  enum class Step : std::uint8_t { kStart, kRead, kFinish, kDone };
  struct Stream {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncReader<v1::ExtractStreamResponse>> reader;
    v1::ExtractStreamResponse event;
    v1::ExtractStreamResponse last;
    grpc::Status status;
    Step step = Step::kStart;
    bool has_delta = false;
  };

  template <class Condition>
  void ReadUntil(Condition condition) {
    void* tag = nullptr;
    bool ok = false;
    while (!condition() && queue_.Next(&tag, &ok)) GoOn(*static_cast<Stream*>(tag), ok);
  }

  void GoOn(Stream& stream, bool ok) {
    if (stream.step == Step::kFinish) {
      stream.step = Step::kDone;
      ++ended_;
      return;
    }
    if (stream.step == Step::kRead && ok) Take(stream);
    stream.step = ok ? Step::kRead : Step::kFinish;
    if (ok) {
      stream.reader->Read(&stream.event, &stream);
    } else {
      stream.reader->Finish(&stream.status, &stream);
    }
  }

  void Take(Stream& stream) {
    if (stream.event.has_delta() && !std::exchange(stream.has_delta, true)) ++deltas_;
    stream.last = std::move(stream.event);
  }

  grpc::CompletionQueue queue_;
  std::vector<Stream> streams_;
  size_t deltas_ = 0;
  size_t ended_ = 0;
};

class StreamDrainTest : public DaemonTest {};

TEST_F(StreamDrainTest, Case38_ADrainWith500OpenStreamsEndsEachWithItsReasonAndExitsCleanly) {
  constexpr size_t kStreams = 500;
  // Of the grace the last fifth is for the answers, which take their time on a busy machine.
  Start("drain_grace_ms: 15000\n");
  const std::string events = ToolEvents(InPieces(kAda, 4));
  Script({ScriptedReply::EventStream(events).StallAfter(events.size() / 2)});
  ManyStreams streams(daemon->address(), kStreams);
  streams.AwaitDeltas(kStreams);
  EXPECT_EQ(acme.open_connections(), kStreams);
  daemon->Signal(SIGTERM);
  EXPECT_EQ(streams.AwaitEnds(), (std::map<std::string, size_t>{{"DRAINING", kStreams}}));
  EXPECT_EQ(streams.failures(), kStreams) << "in band, too";
  EXPECT_TRUE(acme.WaitForPeersToClose(kStreams));
  EXPECT_EQ(daemon->Wait(), 0);
}

}  // namespace
}  // namespace extractd::integration
