// Easy handles of libcurl, and a pool of them: making one costs more than a request does.
#ifndef EXTRACTD_SERVER_NET_EASY_HANDLE_H_
#define EXTRACTD_SERVER_NET_EASY_HANDLE_H_

#include <array>
#include <memory>
#include <vector>

#include <curl/curl.h>

#include "server/net/header_list.h"
#include "server/net/network_environment.h"

namespace extractd::net {

// A handle and the memory that its options point at.
class EasyHandle {
 public:
  // get() is null if libcurl has no memory for another.
  explicit EasyHandle(const NetworkEnvironment& environment);
  ~EasyHandle();
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;

  CURL* get() const { return curl_; }
  // `option` takes a long, a pointer or a curl_off_t, and must be given exactly that.
  template <class T>
  void Set(CURLoption option, T value) {
    curl_easy_setopt(curl_, option, value);
  }
  template <class T>
  T Get(CURLINFO info) const {
    T value = {};
    curl_easy_getinfo(curl_, info, &value);
    return value;
  }

  HeaderList& headers() { return headers_; }
  // What libcurl says about the last failure; empty if nothing.
  const char* error() const { return error_.data(); }
  void ClearError() { error_.front() = '\0'; }

 private:
  // What is the same for every request.
  void SetConstants(const NetworkEnvironment& environment);

  CURL* curl_;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> error_ = {};
};

class EasyHandlePool {
 public:
  // `environment` outlives this.
  explicit EasyHandlePool(const NetworkEnvironment& environment) : environment_(environment) {}

  // Null if libcurl has no memory for another.
  std::unique_ptr<EasyHandle> Acquire();
  // REQUIRES: the handle is in no multi handle.
  void Release(std::unique_ptr<EasyHandle> handle);
  // Handles that wait to be used again.
  size_t idle() const { return idle_.size(); }

 private:
  const NetworkEnvironment& environment_;
  std::vector<std::unique_ptr<EasyHandle>> idle_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_EASY_HANDLE_H_
