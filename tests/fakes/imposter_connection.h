// ImposterConnection: one connection of an HttpImposter. It reads all the time, also while it
// replies, so that it sees at once when the peer goes.
#ifndef EXTRACTD_TESTS_FAKES_IMPOSTER_CONNECTION_H_
#define EXTRACTD_TESTS_FAKES_IMPOSTER_CONNECTION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "server/base/task.h"
#include "tests/fakes/imposter_state.h"

namespace extractd::fakes {

// A socket, with or without TLS on it.
class ImposterStream {
 public:
  virtual ~ImposterStream() = default;
  virtual Task<bool> Handshake() = 0;
  // 0: the peer has closed or broken the connection.
  virtual Task<size_t> Read(char* data, size_t size) = 0;
  virtual Task<bool> Write(std::string_view bytes) = 0;
  virtual asio::ip::tcp::socket& socket() = 0;
};

// `tls` may be null: plain.
std::unique_ptr<ImposterStream> NewImposterStream(
    asio::ip::tcp::socket socket, asio::ssl::context* tls
);

class ImposterConnection : public std::enable_shared_from_this<ImposterConnection> {
 public:
  // `state` outlives this.
  ImposterConnection(std::unique_ptr<ImposterStream> stream, ImposterState& state);

  // Serves requests until either side closes.
  void Serve();
  // Takes what comes, says `words` to it, if any, and waits for the peer to close.
  void Refuse(std::string_view words);

 private:
  // Each keeps the connection alive while it runs.
  Task<void> ShakeHands(std::shared_ptr<ImposterConnection> self);
  Task<void> ReadAll(std::shared_ptr<ImposterConnection> self);
  Task<void> ServeAll(std::shared_ptr<ImposterConnection> self);
  Task<void> Say(std::shared_ptr<ImposterConnection> self, std::string_view words);
  Task<std::optional<SeenRequest>> NextRequest();
  Task<void> Send(const ScriptedReply& reply);
  Task<void> SendBody(std::string_view head, std::string_view body, const ScriptedReply& reply);
  // Until the time is over or the connection closed.
  Task<void> Sleep(std::chrono::milliseconds wait);
  void Close(bool by_peer, bool reset = false);

  std::unique_ptr<ImposterStream> stream_;
  ImposterState& state_;
  size_t index_;
  asio::steady_timer wake_;  // cancelled when bytes came or the connection closed
  std::string received_;
  bool closed_ = false;
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_IMPOSTER_CONNECTION_H_
