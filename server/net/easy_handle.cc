#include "server/net/easy_handle.h"

#include <utility>

namespace extractd::net {
namespace {

// More than a loop has in flight as a rule; each keeps some ten kilobytes.
constexpr size_t kMaxIdle = 128;

}  // namespace

EasyHandle::EasyHandle(const NetworkEnvironment& environment) : curl_(curl_easy_init()) {
  if (curl_ != nullptr) SetConstants(environment);
}

EasyHandle::~EasyHandle() {
  curl_easy_cleanup(curl_);
}

void EasyHandle::SetConstants(const NetworkEnvironment& environment) {
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  Set(CURLOPT_USERAGENT, "extractd");
  Set(CURLOPT_ACCEPT_ENCODING, "gzip");
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_ERRORBUFFER, error_.data());
  // Without it, ending a transfer waits for the thread that resolves its name: seconds, on the
  // loop.
  Set(CURLOPT_QUICK_EXIT, 1L);
  if (!environment.has_proxy) Set(CURLOPT_PROXY, "");
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!environment.ca_file.empty()) Set(CURLOPT_CAINFO, environment.ca_file.c_str());
  // Not the directory that libcurl was built with.
  const std::string& directory = environment.ca_directory;
  Set(CURLOPT_CAPATH, directory.empty() ? nullptr : directory.c_str());
}

std::unique_ptr<EasyHandle> EasyHandlePool::Acquire() {
  if (!idle_.empty()) {
    std::unique_ptr<EasyHandle> handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }
  auto handle = std::make_unique<EasyHandle>(environment_);
  return handle->get() == nullptr ? nullptr : std::move(handle);
}

void EasyHandlePool::Release(std::unique_ptr<EasyHandle> handle) {
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(handle));
}

}  // namespace extractd::net
