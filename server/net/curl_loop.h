// CurlLoop: libcurl's multi handle on an Asio loop. It gives libcurl its sockets and its timer and
// tells the owner of an easy handle when its transfer has ended. Not thread-safe.
#ifndef EXTRACTD_SERVER_NET_CURL_LOOP_H_
#define EXTRACTD_SERVER_NET_CURL_LOOP_H_

#include <memory>

#include <curl/curl.h>

#include "server/base/task.h"
#include "server/net/deadline_queue.h"
#include "server/net/easy_handle.h"
#include "server/net/http_client.h"
#include "server/net/shared_connections.h"
#include "server/net/socket_set.h"

namespace extractd::net {

class CurlLoop {
 public:
  // The owner of an easy handle while that is in the loop.
  class Job {
   public:
    // The transfer has ended by itself and the handle is out of the loop. It must not call back
    // into this class before it has returned to the loop.
    virtual void OnEnd(CURLcode code) = 0;

   protected:
    ~Job() = default;
  };

  CurlLoop(asio::any_io_executor loop, const HttpClient::Limits& limits);
  // REQUIRES: every handle is out of the loop.
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Begins the transfer of `handle`, which `job` owns. False: libcurl has no memory for it.
  // REQUIRES: not called by libcurl.
  bool Start(EasyHandle& handle, Job& job);
  // Takes a handle out before its transfer has ended. Its connection closes at once, unless others
  // share it; those are untouched. REQUIRES: not called by libcurl.
  void Stop(EasyHandle& handle);
  // Lets a transfer go on whose callback had paused it. What libcurl had kept is handed over right
  // here. Not CURLE_OK: it was refused; the handle is still in the loop and no end will be told.
  // REQUIRES: not called by libcurl.
  CURLcode Resume(EasyHandle& handle);

  const asio::any_io_executor& executor() const { return loop_; }
  DeadlineQueue& deadlines() { return deadlines_; }
  SocketSet& sockets() { return sockets_; }
  SharedConnections& shared() { return shared_; }
  // When libcurl last got to work: the time of what it calls.
  SteadyTime now() const { return now_; }

 private:
  // libcurl's own timer, as one deadline among those of the transfers.
  class CurlTimer final : public DeadlineQueue::Entry {
   public:
    explicit CurlTimer(CurlLoop& owner) : owner_(owner) {}

   private:
    void OnDue(SteadyTime now) override;
    CurlLoop& owner_;
  };

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);
  void SetMultiOptions(const HttpClient::Limits& limits);
  void Drive(curl_socket_t socket, int bits);
  void CollectEnded();
  void DriveSoon();

  asio::any_io_executor loop_;
  DeadlineQueue deadlines_;
  SocketSet sockets_;
  SharedConnections shared_;
  CurlTimer timer_{*this};
  CURLM* multi_;
  SteadyTime now_ = std::chrono::steady_clock::now();
  bool drives_soon_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_CURL_LOOP_H_
