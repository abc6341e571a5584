// What the tests of streams share: replies of an OpenAI-like API that come as events, and a call
// whose messages are collected.
#ifndef EXTRACTD_TESTS_INTEGRATION_STREAM_SUPPORT_H_
#define EXTRACTD_TESTS_INTEGRATION_STREAM_SUPPORT_H_

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <grpcpp/client_context.h>
#include <nlohmann/json.hpp>

#include "tests/integration/support.h"

namespace extractd::integration {

// The events of a stream whose tool call has these pieces of arguments.
std::string ToolEvents(const std::vector<std::string>& pieces);
// The events before the end of the answer alone: without finish reason, usage and terminator.
std::string OpenToolEvents(const std::vector<std::string>& pieces);
// `text` in pieces of so many bytes.
std::vector<std::string> InPieces(std::string_view text, size_t bytes);

v1::ExtractStreamRequest StreamRequest(const v1::ExtractRequest& request);

// The value that deltas give, applied as the API says.
class DeltaAssembler {
 public:
  void Apply(const v1::ExtractStreamResponse& event);
  const nlohmann::ordered_json& value() const { return value_; }

 private:
  void Apply(const v1::DeltaOp& op);
  nlohmann::ordered_json value_;
  std::string path_;
};

// One call of ExtractStream, read on a thread of its own.
class PendingStream {
 public:
  using Events = std::vector<v1::ExtractStreamResponse>;
  // `reads`: begin to read at once; else nothing is read before StartReading.
  PendingStream(
      const std::string& address,
      const v1::ExtractStreamRequest& request,
      bool reads = true,
      std::chrono::milliseconds deadline = std::chrono::seconds(30)
  );
  ~PendingStream();
  PendingStream(const PendingStream&) = delete;
  PendingStream& operator=(const PendingStream&) = delete;

  void StartReading();
  void Cancel() { context_.TryCancel(); }
  // Waits until so many events have come. False: not within ten seconds.
  bool WaitForEvents(size_t count);
  // Waits for the end.
  const grpc::Status& status();
  // All that came until then.
  Events events();
  // The same as words: "started 1", "delta", "retrying", "result", "failure" …; deltas in a row
  // count once.
  std::vector<std::string> story();

 private:
  void Run(const v1::ExtractStreamRequest& request);

  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reads_;
  Events events_;
  grpc::Status status_;
  std::thread thread_;
};

// A daemon that is asked for streams.
class StreamDaemonTest : public DaemonTest {
 protected:
  static v1::ExtractStreamRequest PersonStream() { return StreamRequest(PersonRequest()); }
  std::unique_ptr<PendingStream> Call(const v1::ExtractStreamRequest& request = PersonStream()) {
    return std::make_unique<PendingStream>(daemon->address(), request);
  }
  // A person whose name has so many letters.
  static std::string LongPerson(size_t letters);
};

}  // namespace extractd::integration

#endif  // EXTRACTD_TESTS_INTEGRATION_STREAM_SUPPORT_H_
