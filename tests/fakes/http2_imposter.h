// Http2Imposter: a server that speaks just enough HTTP/2 over TLS to show what a client does with
// its streams and connections. It answers every request with 200 and "{}", or none while it holds.
// It runs on a thread of its own; every method may be called from any thread.
#ifndef EXTRACTD_TESTS_FAKES_HTTP2_IMPOSTER_H_
#define EXTRACTD_TESTS_FAKES_HTTP2_IMPOSTER_H_

#include <atomic>
#include <memory>
#include <string>

namespace extractd::fakes {

class Http2Imposter {
 public:
  Http2Imposter();
  ~Http2Imposter();
  Http2Imposter(const Http2Imposter&) = delete;
  Http2Imposter& operator=(const Http2Imposter&) = delete;

  // "https://127.0.0.1:<port>"
  const std::string& url() const;
  // PEM file of the authority that vouches for it; gone with the imposter.
  const std::string& ca_file() const;

  // From now on requests are taken and not answered.
  void Hold() { counts_.holds = true; }
  int connections() const { return counts_.connections; }
  int requests() const { return counts_.requests; }
  int resets() const { return counts_.resets; }  // RST_STREAM frames
  int closed() const { return counts_.closed; }  // connections, by the peer

  struct Counts {
    std::atomic<bool> holds = false;
    std::atomic<int> connections = 0;
    std::atomic<int> requests = 0;
    std::atomic<int> resets = 0;
    std::atomic<int> closed = 0;
  };

 private:
  class Server;
  Counts counts_;
  std::unique_ptr<Server> server_;
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_HTTP2_IMPOSTER_H_
