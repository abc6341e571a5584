#include "server/service/rpc_server.h"

#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "server/service/request_id.h"

namespace extractd {
namespace {

// What gRPC reports at once is delivered to the loop in one post.
constexpr size_t kMaxBatch = 32;

}  // namespace

// One RPC from the moment that it is asked for. Owned by gRPC's outstanding tags: deleted when the
// last of them came back. Touched by the loop's thread only, once Arm() was called.
class RpcWorker::Call final : public Rpc {
 public:
  enum class Step : std::uint8_t { kArrived, kDone, kFinished };
  struct Tag {
    Call* call;
    Step step;
  };

  Call(RpcWorker& worker, const RpcMethod& method)
      : worker_(worker), method_(method), responder_(&context_) {}

  void Arm() {
    context_.AsyncNotifyWhenDone(&done_);
    method_.request_next(&context_, &request_, &responder_, worker_.queue_.get(), &arrived_);
  }

  void On(Step step, bool ok) {
    switch (step) {
      case Step::kArrived:
        return ok ? Begin() : Discard();
      case Step::kDone:
        done_came_ = true;
        if (context_.IsCancelled()) cancel_.emit(asio::cancellation_type::terminal);
        return DeleteIfOver();
      case Step::kFinished:
        finished_came_ = true;
        return DeleteIfOver();
    }
  }

  void CancelForDrain() {
    drained_ = true;
    cancel_.emit(asio::cancellation_type::terminal);
  }
  Call* next() const { return next_; }

  grpc::ByteBuffer& request() override { return request_; }
  const std::string& id() const override { return id_; }
  bool drained() const override { return drained_; }
  std::optional<SteadyTime> deadline() const override { return deadline_; }
  void AddTrailer(std::string_view name, std::string_view value) override {
    context_.AddTrailingMetadata(std::string(name), std::string(value));
  }

 private:
  void Begin() {
    (new Call(worker_, method_))->Arm();
    Link();
    begin_ = std::chrono::steady_clock::now();
    deadline_ = ReadDeadline();
    id_ = MakeRequestId();
    context_.AddInitialMetadata("extractd-request-id", id_);
    worker_.observer_.OnRpcStart();
    asio::co_spawn(
        worker_.loop_,
        method_.handler(*this),
        asio::bind_cancellation_slot(
            cancel_.slot(),
            [this](std::exception_ptr error, RpcResult result) {
              if (error) result.status = {grpc::StatusCode::INTERNAL, "unexpected exception"};
              Finish(std::move(result));
            }
        )
    );
  }

  std::optional<SteadyTime> ReadDeadline() const {
    const auto deadline = context_.deadline();
    if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
    const auto left = deadline - std::chrono::system_clock::now();
    return begin_ + std::chrono::duration_cast<std::chrono::nanoseconds>(left);
  }

  void Finish(RpcResult result) {
    handler_over_ = true;
    worker_.observer_.OnRpcEnd({
        .method = method_.name,
        .code = result.status.error_code(),
        .duration = std::chrono::steady_clock::now() - begin_,
    });
    if (result.status.ok()) {
      responder_.Finish(result.body, result.status, &finished_);
    } else {
      responder_.FinishWithError(result.status, &finished_);
    }
  }

  // The server shut down before an RPC came; of an RPC that never began, gRPC reports no end.
  void Discard() { delete this; }

  void DeleteIfOver() {
    if (!done_came_ || !finished_came_ || !handler_over_) return;
    Unlink();
    delete this;
  }

  void Link() {
    next_ = worker_.first_;
    if (next_ != nullptr) next_->previous_ = this;
    worker_.first_ = this;
    ++worker_.active_;
  }

  void Unlink() {
    (previous_ == nullptr ? worker_.first_ : previous_->next_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    --worker_.active_;
  }

  RpcWorker& worker_;
  const RpcMethod& method_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_;
  asio::cancellation_signal cancel_;
  Tag arrived_{this, Step::kArrived};
  Tag done_{this, Step::kDone};
  Tag finished_{this, Step::kFinished};
  bool done_came_ = false;
  bool finished_came_ = false;
  bool handler_over_ = false;
  bool drained_ = false;
  SteadyTime begin_;
  std::optional<SteadyTime> deadline_;
  std::string id_;
  Call* next_ = nullptr;
  Call* previous_ = nullptr;
};

struct RpcWorker::Event {
  Call::Tag* tag;
  bool ok;
};

RpcWorker::RpcWorker(
    asio::io_context& loop,
    std::unique_ptr<grpc::ServerCompletionQueue> queue,
    RpcObserver& observer
)
    : loop_(loop), queue_(std::move(queue)), observer_(observer) {}

RpcWorker::~RpcWorker() {
  Stop();
}

void RpcWorker::Start(std::vector<RpcMethod> methods) {
  methods_ = std::move(methods);
  for (const RpcMethod& method : methods_) {
    for (int i = 0; i < method.waiting; ++i) (new Call(*this, method))->Arm();
  }
  poller_ = std::thread([this] { Poll(); });
}

void RpcWorker::Poll() {
  for (;;) {
    std::vector<Event> events;
    void* tag = nullptr;
    bool ok = false;
    if (!queue_->Next(&tag, &ok)) return;
    events.push_back({static_cast<Call::Tag*>(tag), ok});
    const gpr_timespec now = gpr_time_0(GPR_CLOCK_MONOTONIC);
    while (events.size() < kMaxBatch &&
           queue_->AsyncNext(&tag, &ok, now) == grpc::CompletionQueue::GOT_EVENT) {
      events.push_back({static_cast<Call::Tag*>(tag), ok});
    }
    asio::post(loop_, [this, events = std::move(events)] { Deliver(events); });
  }
}

void RpcWorker::Deliver(const std::vector<Event>& events) {
  for (const Event& event : events) event.tag->call->On(event.tag->step, event.ok);
}

void RpcWorker::CancelAll() {
  asio::post(loop_, [this] {
    for (Call* call = first_; call != nullptr; call = call->next()) call->CancelForDrain();
  });
}

void RpcWorker::Stop() {
  if (!poller_.joinable()) return;
  queue_->Shutdown();
  poller_.join();
}

}  // namespace extractd
