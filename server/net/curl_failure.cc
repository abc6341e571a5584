#include "server/net/curl_failure.h"

#include <system_error>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "server/net/reply_reader.h"

namespace extractd::net {
namespace {

std::string DescribeRefusal(std::string_view origin, int system_error) {
  if (system_error == 0) return fmt::format("cannot connect to {}", origin);
  return fmt::format(
      "cannot connect to {}: {}", origin, std::generic_category().message(system_error)
  );
}

std::string DescribeReset(std::string_view origin, const FailureFacts& facts) {
  switch (facts.phase) {
    case Phase::kQueued:
    case Phase::kConnecting:
      return fmt::format("{} broke the connection while it was being made", origin);
    case Phase::kWaiting:
      return fmt::format("{} broke the connection before it replied", origin);
    case Phase::kReading:
      return fmt::format(
          "{} broke the connection inside its reply, after {} bytes of the body",
          origin,
          facts.body_bytes
      );
  }
  return fmt::format("{} broke the connection", origin);
}

std::string DescribeTooLarge(std::string_view origin, const FailureFacts& facts) {
  if (facts.headers_too_large) {
    return fmt::format(
        "the headers of the reply of {} are longer than {} bytes", origin, kMaxReplyHeaderBytes
    );
  }
  return fmt::format("the reply of {} is longer than {} bytes", origin, facts.max_reply_bytes);
}

std::string DescribeProtocol(std::string_view origin, const FailureFacts& facts) {
  switch (facts.code) {
    case CURLE_OK:
      return "the method or a header of the request cannot be written as HTTP";
    case CURLE_URL_MALFORMAT:
      return "the URL cannot be used";
    case CURLE_UNSUPPORTED_PROTOCOL:
      // libcurl says this both of the scheme of a URL and of a reply without a status line.
      if (facts.phase == Phase::kQueued) return "the URL is neither http nor https";
      break;
    case CURLE_BAD_CONTENT_ENCODING:
      return fmt::format("{} sent a reply that cannot be decompressed", origin);
    default:
      break;
  }
  return fmt::format("{} did not reply in HTTP", origin);
}

std::string DescribeExhausted(std::string_view origin, const FailureFacts& facts) {
  if (facts.code == CURLE_OK && facts.phase == Phase::kQueued) {
    return fmt::format("no connection to {} became free within {}", origin, facts.timers.connect);
  }
  return fmt::format("no socket or memory for a connection to {}", origin);
}

}  // namespace

TransportFailure FailureOf(CURLcode code, Phase phase) {
  switch (code) {
    case CURLE_OK:
      return TransportFailure::kNone;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return TransportFailure::kDns;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return TransportFailure::kRefused;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return TransportFailure::kTls;
    case CURLE_OPERATION_TIMEDOUT:
      // libcurl has but the one timeout. Past the connect it can only be that a kept-alive
      // connection broke and there was no time left to make another.
      return phase <= Phase::kConnecting ? TransportFailure::kConnectTimeout
                                         : TransportFailure::kReset;
    case CURLE_WRITE_ERROR:  // a function of ours refused
    case CURLE_FILESIZE_EXCEEDED:
      return TransportFailure::kTooLarge;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
      return TransportFailure::kProtocol;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_NO_CONNECTION_AVAILABLE:
      return TransportFailure::kExhausted;
    case CURLE_ABORTED_BY_CALLBACK:
      return TransportFailure::kCancelled;
    default:
      return TransportFailure::kReset;
  }
}

std::string DescribeFailure(TransportFailure failure, const FailureFacts& facts) {
  const std::string_view origin = OriginOf(facts.url);
  switch (failure) {
    case TransportFailure::kNone:
      return {};
    case TransportFailure::kDns:
      return fmt::format("no address found for {}", origin);
    case TransportFailure::kRefused:
      return DescribeRefusal(origin, facts.system_error);
    case TransportFailure::kTls:
      return fmt::format(
          "no secure connection to {}: {}",
          origin,
          facts.detail.empty() ? curl_easy_strerror(facts.code) : facts.detail
      );
    case TransportFailure::kReset:
      return DescribeReset(origin, facts);
    case TransportFailure::kConnectTimeout:
      return fmt::format("no connection to {} within {}", origin, facts.timers.connect);
    case TransportFailure::kFirstByteTimeout:
      return fmt::format("no reply of {} within {}", origin, facts.timers.first_byte);
    case TransportFailure::kIdleTimeout:
      return fmt::format("no further byte of {}'s reply for {}", origin, facts.timers.idle);
    case TransportFailure::kTotalTimeout:
      return fmt::format("the reply of {} was not whole within {}", origin, facts.timers.total);
    case TransportFailure::kTooLarge:
      return DescribeTooLarge(origin, facts);
    case TransportFailure::kCancelled:
      return "cancelled";
    case TransportFailure::kProtocol:
      return DescribeProtocol(origin, facts);
    case TransportFailure::kExhausted:
      return DescribeExhausted(origin, facts);
  }
  return "unknown failure";
}

std::string_view OriginOf(std::string_view url) {
  constexpr std::string_view kUnknown = "the server";
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return kUnknown;
  std::string_view origin = url.substr(scheme + 3);
  origin = origin.substr(0, origin.find_first_of("/?#\\"));
  if (const size_t user = origin.rfind('@'); user != std::string_view::npos) {
    origin.remove_prefix(user + 1);
  }
  return origin.empty() ? kUnknown : origin;
}

}  // namespace extractd::net
