// What a streamed reply is made of, in terms that need no knowledge of the wire.
#ifndef EXTRACTD_SERVER_CHAT_STREAM_H_
#define EXTRACTD_SERVER_CHAT_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

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
