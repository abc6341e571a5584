// What a request means as options of an easy handle. A handle is used again without a reset, so
// every option that one request sets is set by all.
#ifndef EXTRACTD_SERVER_NET_CURL_REQUEST_H_
#define EXTRACTD_SERVER_NET_CURL_REQUEST_H_

#include "server/net/easy_handle.h"
#include "server/net/http.h"

namespace extractd::net {

// `request` stays as it is until the transfer has ended. False: its method or a header cannot be
// written as HTTP.
bool SetRequest(EasyHandle& handle, const HttpRequest& request);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_CURL_REQUEST_H_
