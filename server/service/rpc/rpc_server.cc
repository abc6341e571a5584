#include "server/service/rpc/rpc_server.h"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "server/service/rpc/queue_tag.h"
#include "server/service/rpc/rpc_call.h"

namespace extractd {
namespace {

// So many events go to the loops before the queue is asked for more.
constexpr size_t kMaxBatch = 32;

}  // namespace

void RpcWorker::PostUntold() {
  if (untold_.empty()) return;
  asio::post(loop_, [items = std::exchange(untold_, {})] { Handle(items); });
}

void RpcWorker::Handle(const std::vector<Item>& items) {
  for (const auto& [call, news] : items) {
    switch (news) {
      case News::kArrived:
        call->Begin();
        break;
      case News::kCancelled:
        call->Cancel();
        call->Release();
        break;
      case News::kWritten:
      case News::kWriteFailed:
        call->OnWritten(news == News::kWritten);
        break;
      case News::kRead:
      case News::kReadFailed:
        call->OnRead(news == News::kRead);
        call->Release();
        break;
    }
  }
}

void RpcWorker::CancelAll() {
  asio::post(loop_, [this] {
    for (RpcCall* call = first_; call != nullptr;) {
      RpcCall* const next = call->next();  // a call may end as it is cancelled
      call->CancelForDrain();
      call = next;
    }
  });
}

RpcPoller::RpcPoller(
    std::unique_ptr<grpc::ServerCompletionQueue> queue, std::vector<RpcWorker*> workers
)
    : queue_(std::move(queue)), workers_(std::move(workers)) {}

RpcPoller::~RpcPoller() {
  Stop();
}

void RpcPoller::Start() {
  const std::vector<RpcMethod>& methods = workers_.front()->methods_;
  for (size_t method = 0; method < methods.size(); ++method) {
    for (int i = 0; i < methods[method].waiting; ++i) RpcCall::AskFor(*this, method);
  }
  thread_ = std::thread([this] { Poll(); });
}

void RpcPoller::Poll() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    BeginBatch();
    const gpr_timespec now = gpr_time_0(GPR_CLOCK_MONOTONIC);
    size_t events = 0;
    do {
      static_cast<QueueTag*>(tag)->OnEvent(ok);
    } while (++events < kMaxBatch &&
             queue_->AsyncNext(&tag, &ok, now) == grpc::CompletionQueue::GOT_EVENT);
    EndBatch();
  }
}

// What arrives together goes to one loop, which then wakes up once for all of it.
void RpcPoller::BeginBatch() {
  newcomers_ = *std::ranges::min_element(workers_, {}, &RpcWorker::active);
  now_ = std::chrono::steady_clock::now();
}

void RpcPoller::EndBatch() {
  for (RpcWorker* worker : workers_) worker->PostUntold();
}

void RpcPoller::Stop() {
  if (!thread_.joinable()) return;
  queue_->Shutdown();
  thread_.join();
}

}  // namespace extractd
