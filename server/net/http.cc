#include "server/net/http.h"

#include <algorithm>

namespace extractd::net {

std::string_view HttpReply::Header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &HttpHeader::name);
  return found == headers.end() ? std::string_view() : found->value;
}

std::string_view TransportFailureName(TransportFailure failure) {
  switch (failure) {
    case TransportFailure::kNone:
      return "none";
    case TransportFailure::kDns:
      return "dns";
    case TransportFailure::kRefused:
      return "refused";
    case TransportFailure::kTls:
      return "tls";
    case TransportFailure::kReset:
      return "reset";
    case TransportFailure::kConnectTimeout:
      return "connect timeout";
    case TransportFailure::kFirstByteTimeout:
      return "first byte timeout";
    case TransportFailure::kIdleTimeout:
      return "idle timeout";
    case TransportFailure::kTotalTimeout:
      return "total timeout";
    case TransportFailure::kTooLarge:
      return "too large";
    case TransportFailure::kCancelled:
      return "cancelled";
    case TransportFailure::kProtocol:
      return "protocol";
    case TransportFailure::kExhausted:
      return "exhausted";
  }
  return "unknown";
}

}  // namespace extractd::net
