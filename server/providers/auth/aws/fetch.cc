#include "server/providers/auth/aws/fetch.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace extractd::providers::aws {
namespace {

using namespace std::chrono_literals;

// The services are on the machine or in the region; where there is none, nobody answers at all.
constexpr net::HttpTimers kTimers = {.connect = 1s, .first_byte = 0ms, .idle = 0ms, .total = 5s};
constexpr size_t kMaxReplyBytes = size_t{1} << 20U;
constexpr std::string_view kPool = "credentials";

absl::Status StatusOf(std::string_view source, int http_status) {
  const std::string message = fmt::format("{} answered with status {}", source, http_status);
  if (http_status == 404) return absl::NotFoundError(message);
  const bool refused = http_status >= 400 && http_status < 500 && http_status != 429;
  return refused ? absl::PermissionDeniedError(message) : absl::UnavailableError(message);
}

}  // namespace

Task<absl::StatusOr<std::string>> Fetch(
    net::HttpClient& client, std::string_view source, net::HttpRequest request
) {
  request.timers = kTimers;
  request.max_reply_bytes = kMaxReplyBytes;
  request.pool = kPool;
  net::HttpResult result = co_await client.Send(std::move(request));
  if (result.failure == net::TransportFailure::kCancelled) {
    co_return absl::CancelledError("the caller cancelled");
  }
  if (!result.ok()) {
    co_return absl::UnavailableError(
        fmt::format("{} did not answer: {}", source, net::TransportFailureName(result.failure))
    );
  }
  if (result.reply.status != 200) co_return StatusOf(source, result.reply.status);
  co_return std::move(result.reply.body);
}

}  // namespace extractd::providers::aws
