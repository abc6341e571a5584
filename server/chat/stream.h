// What a streamed reply is made of, in terms that need no knowledge of the wire.
#ifndef EXTRACTD_SERVER_CHAT_STREAM_H_
#define EXTRACTD_SERVER_CHAT_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <absl/functional/any_invocable.h>

#include "server/chat/upstream.h"

namespace extractd {

// How a protocol cuts its stream into events.
enum class StreamFraming : std::uint8_t {
  kServerSentEvents,
  kJsonLines,
  kAwsEventStream,
  kJsonArray,
};

// One event without its framing. Views of bytes that are gone after it was read.
struct StreamEvent {
  std::string_view name = {};  // of its type, where the framing has one; else empty
  std::string_view data = {};  // JSON text, unless a protocol says otherwise
};

// Is told what events add, in the order of arrival. Pieces are as the provider cut them: they may
// end inside a character or an escape. Views live until the function returns.
class DeltaSink {
 public:
  virtual void OnText(std::string_view piece) = 0;
  // `index` is that of ChatReply::message.tool_calls. A call begins with its first piece.
  virtual void OnArguments(size_t index, std::string_view tool, std::string_view piece) = 0;
  virtual void OnThinking(std::string_view piece) = 0;

 protected:
  ~DeltaSink() = default;
};

// Tells all of a reply that came whole.
void TellWhole(const ChatReply& reply, DeltaSink& sink);

// A DeltaSink that can hold its stream up, or end it.
class StreamSink : public DeltaSink {
 public:
  enum class Wish : std::uint8_t {
    kMore,
    kPause,  // nothing before Resume; the provider is not read meanwhile
    kStop,   // the connection to the provider is closed at once
  };
  // All that one piece of the stream added was told.
  virtual Wish OnPieceEnd() = 0;

  // Ends a pause, not from within one of the functions above. Nothing happens if there is none.
  void Resume() {
    if (resume_) resume_();
  }
  // For the upstream: what Resume does while it streams.
  void set_resume(absl::AnyInvocable<void()> resume) { resume_ = std::move(resume); }

 protected:
  ~StreamSink() = default;

 private:
  absl::AnyInvocable<void()> resume_;
};

// Reads one streamed reply, and keeps it. One for each send.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  // Reads the next event and tells `sink` what it adds. False: this was the last one that counts,
  // the terminator or a failure; the rest need not be read.
  virtual bool Read(const StreamEvent& event, DeltaSink& sink) = 0;

  // At the end of the events: the reply as Dialect::Decode would have given it whole, or the
  // failure that an event said. Without a sign of the end: kMalformed.
  virtual SendResult Finish() = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_CHAT_STREAM_H_
