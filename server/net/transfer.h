// Transfer: one request from its easy handle to its HttpResult. It ends once, by whatever comes
// first: libcurl, a timer, the coroutine's slot.
#ifndef EXTRACTD_SERVER_NET_TRANSFER_H_
#define EXTRACTD_SERVER_NET_TRANSFER_H_

#include <memory>
#include <utility>

#include <absl/functional/any_invocable.h>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "server/net/body_sink.h"
#include "server/net/curl_failure.h"
#include "server/net/curl_loop.h"
#include "server/net/easy_handle.h"
#include "server/net/http_client.h"
#include "server/net/reply_reader.h"
#include "server/net/transfer_timers.h"

namespace extractd::net {

class Transfer final : private CurlLoop::Job, private DeadlineQueue::Entry {
 public:
  // All outlive this; `request` stays as it is. `sink`: takes the body; or null.
  Transfer(
      CurlLoop& loop,
      EasyHandlePool& handles,
      PoolStats& pool,
      const HttpRequest& request,
      BodySink* sink = nullptr
  );
  ~Transfer();

  // False: it cannot be sent, and the result is there.
  bool Prepare();
  // Sends it; completes, on the handler's executor, when the result is there. REQUIRES: Prepare()
  // returned true; this outlives the completion.
  template <class Token>
  auto Run(Token&& token);
  // Ends it at once, if it has not ended.
  void Cancel() { Abort(TransportFailure::kCancelled); }
  // Ends a pause of the sink. REQUIRES: not called by libcurl.
  void Resume();

  HttpResult TakeResult() { return std::move(result_); }

 private:
  struct Callbacks;  // what libcurl calls

  void OnEnd(CURLcode code) override;
  void OnDue(SteadyTime now) override;
  void Begin();
  void OnConnected(int local_port);
  void LeaveConnection();
  bool OnHeaderLine(std::string_view line);
  // What libcurl shall be told: the number of bytes, if they were taken.
  size_t OnBody(std::string_view bytes);
  size_t GiveToSink(std::string_view bytes);
  void SetDeadline();

  void Abort(TransportFailure failure);
  void End(TransportFailure failure, CURLcode code);
  void Describe(TransportFailure failure, CURLcode code);

  CurlLoop& loop_;
  EasyHandlePool& handles_;
  PoolStats& pool_;
  const HttpRequest& request_;
  SteadyTime start_;
  TransferTimers timers_;
  HttpResult result_;
  ReplyReader reader_;
  std::unique_ptr<EasyHandle> handle_;
  absl::AnyInvocable<void()> done_;  // empty: not begun, or ended
  Phase phase_ = Phase::kQueued;
  int shared_port_ = 0;     // of the connection that it may share; 0: none
  bool exhausted_ = false;  // there was no descriptor
  BodySink* sink_;
  bool asked_sink_ = false;  // whether it wants the body; null sink_: it does not
  BodySink::Wish wish_ = BodySink::Wish::kMore;
};

template <class Token>
auto Transfer::Run(Token&& token) {
  return asio::async_initiate<Token, void()>(
      [this](auto handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto executor = asio::get_associated_executor(handler, loop_.executor());
        // Posted, never called: whoever is resumed may start and destroy transfers, in the middle
        // of what libcurl is doing. The slot is emptied before, since it outlives this.
        done_ = [handler = std::move(handler), executor, slot]() mutable {
          asio::post(executor, [handler = std::move(handler), slot]() mutable {
            slot.clear();
            std::move(handler)();
          });
        };
        if (slot.is_connected()) slot.assign([this](asio::cancellation_type) { Cancel(); });
        Begin();
      },
      token
  );
}

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_TRANSFER_H_
