#include "server/net/curl_loop.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace extractd::net {

CurlLoop::CurlLoop(asio::any_io_executor loop, const HttpClient::Limits& limits)
    : loop_(std::move(loop)),
      deadlines_(loop_),
      sockets_(loop_, [this](curl_socket_t socket, int bits) { Drive(socket, bits); }),
      multi_(curl_multi_init()) {
  if (multi_ != nullptr) SetMultiOptions(limits);
}

CurlLoop::~CurlLoop() {
  curl_multi_cleanup(multi_);  // closes the idle connections, through sockets_
  deadlines_.Clear(timer_);
  *alive_ = false;
}

void CurlLoop::SetMultiOptions(const HttpClient::Limits& limits) {
  constexpr long kIdleConnections = 1024;
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.max_connections);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, limits.max_connections_per_host);
  curl_multi_setopt(
      multi_,
      CURLMOPT_MAXCONNECTS,
      limits.max_connections > 0 ? limits.max_connections : kIdleConnections
  );
}

bool CurlLoop::Start(EasyHandle& handle, Job& job) {
  handle.Set(CURLOPT_PRIVATE, static_cast<void*>(&job));
  // The handle asks for a timer of 0 ms as it is added; it is driven right here instead.
  const bool was_soon = std::exchange(drives_soon_, true);
  const bool added = multi_ != nullptr && curl_multi_add_handle(multi_, handle.get()) == CURLM_OK;
  drives_soon_ = was_soon;
  if (added) Drive(CURL_SOCKET_TIMEOUT, 0);
  return added;
}

void CurlLoop::Stop(EasyHandle& handle) {
  now_ = std::chrono::steady_clock::now();
  // Else an HTTP/2 connection would stay, and the server would not hear of it.
  handle.Set(CURLOPT_FORBID_REUSE, 1L);
  curl_multi_remove_handle(multi_, handle.get());
}

CURLcode CurlLoop::Resume(EasyHandle& handle) {
  now_ = std::chrono::steady_clock::now();
  return curl_easy_pause(handle.get(), CURLPAUSE_CONT);
}

void CurlLoop::Drive(curl_socket_t socket, int bits) {
  now_ = std::chrono::steady_clock::now();
  int running = 0;
  curl_multi_socket_action(multi_, socket, bits, &running);
  CollectEnded();
}

void CurlLoop::CollectEnded() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message dies as its handle is removed.
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    char* job = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job);
    curl_multi_remove_handle(multi_, easy);
    static_cast<Job*>(static_cast<void*>(job))->OnEnd(code);
  }
}

// libcurl must not be driven from inside its own call.
void CurlLoop::DriveSoon() {
  if (std::exchange(drives_soon_, true)) return;
  asio::post(loop_, [this, alive = alive_] {
    if (!*alive) return;
    drives_soon_ = false;
    Drive(CURL_SOCKET_TIMEOUT, 0);
  });
}

int CurlLoop::
    OnSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*unused*/) {
  return static_cast<CurlLoop*>(self)->sockets_.Watch(socket, what) ? 0 : -1;
}

int CurlLoop::OnTimer(CURLM* /*multi*/, long timeout_ms, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (timeout_ms == 0) {
    loop.deadlines_.Clear(loop.timer_);
    loop.DriveSoon();
  } else if (timeout_ms < 0) {
    loop.deadlines_.Clear(loop.timer_);
  } else {
    loop.deadlines_.Set(loop.timer_, loop.now_ + std::chrono::milliseconds(timeout_ms));
  }
  return 0;
}

void CurlLoop::CurlTimer::OnDue(SteadyTime /*now*/) {
  owner_.Drive(CURL_SOCKET_TIMEOUT, 0);
}

}  // namespace extractd::net
