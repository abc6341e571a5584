// HttpImposter: a real HTTP/1.1 server on 127.0.0.1 that plays a provider. It answers in script
// order, notes what it was asked, and notes when its peers closed their connections.
//
//   HttpImposter imposter;
//   imposter.Reply(ScriptedReply::Status(429).With("retry-after", "1"));  // to the first request
//   imposter.Reply(ScriptedReply::Json(answer));                          // to the second
//   … send to imposter.url() + "/v1/chat/completions" …
//   EXPECT_EQ(imposter.requests().at(1).Header("authorization"), "Bearer k");
//
// It runs on a thread of its own; every method may be called from any thread.
#ifndef EXTRACTD_TESTS_FAKES_HTTP_IMPOSTER_H_
#define EXTRACTD_TESTS_FAKES_HTTP_IMPOSTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fakes/imposter_script.h"

namespace extractd::fakes {

// One request as it came.
struct SeenRequest {
  std::string method = {};
  std::string path = {};                                          // with the query
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string body = {};
  std::chrono::steady_clock::time_point arrived = {};  // its last byte
  size_t connection = 0;                               // index in connections()
  // Empty if there is none of that name (lower case).
  std::string_view Header(std::string_view name) const;
};

struct SeenConnection {
  std::chrono::steady_clock::time_point accepted = {};
  // When the peer's FIN or RST came; nothing while it is open, or if the imposter closed it first.
  std::optional<std::chrono::steady_clock::time_point> closed_by_peer = {};
  bool closed = false;  // by either side
  size_t requests = 0;
  size_t bytes = 0;  // received, decrypted
  size_t sent = 0;   // of the replies, as far as the peer's window took it
};

// How the imposter shows itself. All but kNone speak TLS, on an https URL.
enum class ImposterTls : std::uint8_t {
  kNone,
  kTrusted,          // for 127.0.0.1 and localhost, by an authority whose certificate is ca_file()
  kSelfSigned,       // by nobody else
  kExpired,          // by the authority, until yesterday
  kWrongHost,        // by the authority, for another name
  kNeverHandshakes,  // takes the connection and does not say a word
  kAnswersInPlain,   // says in plain HTTP that it does not understand
};

class HttpImposter {
 public:
  explicit HttpImposter(ImposterTls tls = ImposterTls::kNone);
  ~HttpImposter();
  HttpImposter(const HttpImposter&) = delete;
  HttpImposter& operator=(const HttpImposter&) = delete;

  // "http://127.0.0.1:<port>"
  const std::string& url() const;
  std::uint16_t port() const;
  // PEM file of the authority behind kTrusted, kExpired and kWrongHost; gone with the imposter.
  const std::string& ca_file() const;

  // Queues a reply. Each answers one request, whatever its path, in the order of arrival.
  void Reply(ScriptedReply reply);
  // Answers when the queue is empty. Without it that is status 500 with a body that says so.
  void ReplyByDefault(ScriptedReply reply);
  // The same, by what was asked. Called on the imposter's thread.
  void ReplyByDefault(std::function<ScriptedReply(const SeenRequest&)> reply);

  std::vector<SeenRequest> requests() const;
  std::vector<SeenConnection> connections() const;
  // Of the accepted ones, those that neither side has closed.
  size_t open_connections() const;

  // Wait until so many requests have come in all, or connections accepted, or closed by their
  // peers. False: not within `patience`.
  bool WaitForRequests(size_t count, std::chrono::milliseconds patience = kPatience) const;
  bool WaitForConnections(size_t count, std::chrono::milliseconds patience = kPatience) const;
  bool WaitForPeersToClose(size_t count, std::chrono::milliseconds patience = kPatience) const;

 private:
  static constexpr std::chrono::milliseconds kPatience{10'000};
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_HTTP_IMPOSTER_H_
