// BodySink: takes the body of a reply while it comes.
#ifndef EXTRACTD_SERVER_NET_BODY_SINK_H_
#define EXTRACTD_SERVER_NET_BODY_SINK_H_

#include <cstdint>
#include <string_view>

#include "server/net/http.h"

namespace extractd::net {

class Transfer;

// For one send, which it outlives. All calls come from the loop of the client.
class BodySink {
 public:
  enum class Wish : std::uint8_t {
    kMore,
    // Nothing before Resume: the socket is not read meanwhile, so that the sender has to wait, and
    // the timers of the reply stand still. A piece that was read already is kept.
    kPause,
    // This was all that counts: the rest is passed over, and if it does not end soon, the
    // connection is closed. Either way the send ends well.
    kEnough,
    // The connection is closed at once; the send ends well.
    kStop,
  };
  struct Taken {
    Wish wish = Wish::kMore;
    // The piece was a sign of life: it ends the wait for the first byte, and starts the wait for
    // the next. Without it, bytes that mean nothing would keep a dead reply alive.
    bool alive = true;
  };

  BodySink() = default;
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;

  // Asked once, before the first piece. False: the body is collected in the reply, as without a
  // sink.
  virtual bool Wants(const HttpReply& head) = 0;
  // Takes a piece of the body, decompressed.
  virtual Taken OnBody(std::string_view bytes) = 0;

  // Ends a pause, from the loop but not from within OnBody. Nothing happens if there is none.
  void Resume();

 protected:
  ~BodySink() = default;

 private:
  friend Transfer;
  Transfer* transfer_ = nullptr;  // while there is one
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_BODY_SINK_H_
