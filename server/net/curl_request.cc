#include "server/net/curl_request.h"

#include <algorithm>
#include <limits>

namespace extractd::net {
namespace {

// libcurl has a limit of its own unless it is given another.
constexpr std::chrono::milliseconds kNoConnectLimit = std::chrono::hours(24);

void SetMethodAndBody(EasyHandle& handle, const HttpRequest& request) {
  const std::string& method = request.method;
  const bool has_body = method == "POST" || !request.body.empty();
  // Each of these three takes back what the others had set.
  if (has_body) {
    handle.Set(CURLOPT_POST, 1L);
    handle.Set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    handle.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (method == "HEAD") {
    handle.Set(CURLOPT_NOBODY, 1L);
  } else {
    handle.Set(CURLOPT_HTTPGET, 1L);
  }
  const bool implied = has_body ? method == "POST" : method == "GET" || method == "HEAD";
  handle.Set(CURLOPT_CUSTOMREQUEST, implied ? nullptr : method.c_str());
}

void SetVersion(EasyHandle& handle, HttpVersion version) {
  const bool wants_2 = version == HttpVersion::k2;
  handle.Set(
      CURLOPT_HTTP_VERSION,
      static_cast<long>(wants_2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
  );
  // Rather share a connection that is being made than make one each.
  handle.Set(CURLOPT_PIPEWAIT, wants_2 ? 1L : 0L);
}

// The transfer has a timer of its own for this. libcurl must know too, since it shares the time out
// among the addresses of a name: with more of it, it would stay with a dead first one.
void SetConnectTimeout(EasyHandle& handle, std::chrono::milliseconds limit) {
  const bool none = limit <= std::chrono::milliseconds::zero();
  const auto wait = none ? kNoConnectLimit : std::min(limit, kNoConnectLimit);
  handle.Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(wait.count()));
}

// Lets libcurl refuse a reply by its content-length. 0 would mean that there is no limit.
void SetReplyLimit(EasyHandle& handle, size_t max_bytes) {
  constexpr auto kMost = static_cast<size_t>(std::numeric_limits<curl_off_t>::max());
  const size_t limit = std::clamp(max_bytes, size_t{1}, kMost);
  handle.Set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limit));
}

}  // namespace

bool SetRequest(EasyHandle& handle, const HttpRequest& request) {
  if (!IsHttpToken(request.method) || !handle.headers().Assign(request.headers)) return false;
  handle.ClearError();
  handle.Set(CURLOPT_URL, request.url.c_str());
  handle.Set(CURLOPT_HTTPHEADER, handle.headers().get());
  handle.Set(CURLOPT_FORBID_REUSE, 0L);  // as CurlLoop::Stop may have left it
  SetMethodAndBody(handle, request);
  SetVersion(handle, request.version);
  SetConnectTimeout(handle, request.timers.connect);
  SetReplyLimit(handle, request.max_reply_bytes);
  return true;
}

}  // namespace extractd::net
