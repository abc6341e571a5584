#include "server/net/http_client.h"

#include <utility>

#include "server/net/curl_loop.h"
#include "server/net/easy_handle.h"
#include "server/net/network_environment.h"
#include "server/net/pool_counts.h"
#include "server/net/transfer.h"

namespace extractd::net {
namespace {

NetworkEnvironment StartNetwork() {
  StartCurl();  // if it fails, there will be no handles, and each Send says so
  return ReadNetworkEnvironment();
}

}  // namespace

class HttpClient::Impl {
 public:
  Impl(asio::any_io_executor loop, const Limits& limits)
      : environment_(StartNetwork()), loop_(std::move(loop), limits), handles_(environment_) {}

  Transfer NewTransfer(const HttpRequest& request, BodySink* sink) {
    return Transfer(loop_, handles_, pools_.Of(request.pool), request, sink);
  }
  std::vector<PoolStats> stats() const { return pools_.All(); }

 private:
  NetworkEnvironment environment_;
  PoolCounts pools_;  // first, since the connections of the loop are counted until they close
  CurlLoop loop_;
  EasyHandlePool handles_;
};

HttpClient::HttpClient(asio::any_io_executor loop) : HttpClient(std::move(loop), Limits()) {}

HttpClient::HttpClient(asio::any_io_executor loop, const Limits& limits)
    : impl_(std::make_unique<Impl>(std::move(loop), limits)) {}

HttpClient::~HttpClient() = default;

Task<HttpResult> HttpClient::Send(HttpRequest request) {
  return SendTo(std::move(request), nullptr);
}

Task<HttpResult> HttpClient::Send(HttpRequest request, BodySink& sink) {
  return SendTo(std::move(request), &sink);
}

Task<HttpResult> HttpClient::SendTo(HttpRequest request, BodySink* sink) {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  // A signal that has fired already does not reach the slot that Run sets.
  if (state.cancelled() != asio::cancellation_type::none) {
    co_return HttpResult{.failure = TransportFailure::kCancelled, .message = "cancelled"};
  }
  Transfer transfer = impl_->NewTransfer(request, sink);
  if (transfer.Prepare()) co_await transfer.Run(asio::use_awaitable);
  co_return transfer.TakeResult();
}

std::vector<PoolStats> HttpClient::stats() const {
  return impl_->stats();
}

}  // namespace extractd::net
