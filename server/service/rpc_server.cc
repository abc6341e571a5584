#include "server/service/rpc_server.h"

#include <algorithm>
#include <exception>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "server/service/queue_tag.h"
#include "server/service/request_id.h"

namespace extractd {
namespace {

// So many events go to the loops before the queue is asked for more.
constexpr size_t kMaxBatch = 32;

}  // namespace

// One RPC from the moment that it is asked for. First the poller's; once it was told to a loop it
// is the loop's, and the poller only takes its tags. The last of three holders deletes it: gRPC's
// two tags that are outstanding then, and the loop.
class RpcWorker::Call final : public Rpc {
 public:
  Call(RpcPoller& poller, size_t method) : poller_(poller), method_(method), responder_(&context_) {
    context_.AsyncNotifyWhenDone(done_.address());
    poller_.workers_.front()->methods_[method].request_next(
        &context_, &request_, &responder_, &poller_.queue(), arrived_.address()
    );
  }

  void Begin() {
    Link();
    deadline_ = ReadDeadline();
    id_ = MakeRequestId();
    context_.AddInitialMetadata("extractd-request-id", id_);
    worker_->observer_.OnRpcStart();
    asio::co_spawn(
        worker_->loop_,
        worker_->methods_[method_].handler(*this),
        asio::bind_cancellation_slot(
            cancel_.slot(),
            [this](std::exception_ptr error, RpcResult result) {
              if (error) result.status = {grpc::StatusCode::INTERNAL, "unexpected exception"};
              Finish(std::move(result));
            }
        )
    );
  }

  void Cancel() {
    if (!answered_) cancel_.emit(asio::cancellation_type::terminal);
  }
  void CancelForDrain() {
    drained_ = true;
    Cancel();
  }
  Call* next() const { return next_; }

  void Release() {
    if (--holders_ == 0) delete this;
  }

  grpc::ByteBuffer& request() override { return request_; }
  const std::string& id() const override { return id_; }
  bool drained() const override { return drained_; }
  std::optional<SteadyTime> deadline() const override { return deadline_; }
  void AddTrailer(std::string_view name, std::string_view value) override {
    context_.AddTrailingMetadata(std::string(name), std::string(value));
  }

 private:
  ~Call() override {
    if (worker_ != nullptr) --worker_->active_;
  }

  void OnArrived(bool ok) {
    // Else the server shut down before an RPC came; gRPC reports no end of what never began.
    if (!ok) {
      delete this;
      return;
    }
    new Call(poller_, method_);
    worker_ = poller_.newcomers_;
    begin_ = poller_.now_;
    ++worker_->active_;
    worker_->Tell({this, News::kArrived});
  }

  void OnDone(bool /*ok*/) {
    if (context_.IsCancelled()) {
      worker_->Tell({this, News::kCancelled});
    } else {
      Release();
    }
  }

  void OnFinished(bool /*ok*/) { Release(); }

  std::optional<SteadyTime> ReadDeadline() const {
    const auto deadline = context_.deadline();
    if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
    const auto left = deadline - std::chrono::system_clock::now();
    return std::chrono::steady_clock::now() +
           std::chrono::duration_cast<std::chrono::nanoseconds>(left);
  }

  void Finish(RpcResult result) {
    answered_ = true;
    Unlink();
    worker_->observer_.OnRpcEnd({
        .method = worker_->methods_[method_].name,
        .code = result.status.error_code(),
        .duration = std::chrono::steady_clock::now() - begin_,
    });
    if (result.status.ok()) {
      responder_.Finish(result.body, result.status, finished_.address());
    } else {
      responder_.FinishWithError(result.status, finished_.address());
    }
    // Not now: what ends here still refers to the cancellation slot.
    asio::post(worker_->loop_, [this] { Release(); });
  }

  void Link() {
    next_ = worker_->first_;
    if (next_ != nullptr) next_->previous_ = this;
    worker_->first_ = this;
  }

  void Unlink() {
    (previous_ == nullptr ? worker_->first_ : previous_->next_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }

  RpcPoller& poller_;
  const size_t method_;
  RpcWorker* worker_ = nullptr;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_;
  MemberTag<Call, &Call::OnArrived> arrived_{this};
  MemberTag<Call, &Call::OnDone> done_{this};
  MemberTag<Call, &Call::OnFinished> finished_{this};
  std::atomic<int> holders_ = 3;
  asio::cancellation_signal cancel_;
  bool answered_ = false;
  bool drained_ = false;
  SteadyTime begin_;
  std::optional<SteadyTime> deadline_;
  std::string id_;
  Call* next_ = nullptr;
  Call* previous_ = nullptr;
};

void RpcWorker::PostUntold() {
  if (untold_.empty()) return;
  asio::post(loop_, [items = std::exchange(untold_, {})] { Handle(items); });
}

void RpcWorker::Handle(const std::vector<Item>& items) {
  for (const auto& [call, news] : items) {
    if (news == News::kArrived) {
      call->Begin();
    } else {
      call->Cancel();
      call->Release();
    }
  }
}

void RpcWorker::CancelAll() {
  asio::post(loop_, [this] {
    for (Call* call = first_; call != nullptr;) {
      Call* const next = call->next();  // a call may end as it is cancelled
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
    for (int i = 0; i < methods[method].waiting; ++i) new RpcWorker::Call(*this, method);
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
