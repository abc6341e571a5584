#include "server/service/rpc/rpc_call.h"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/service/rpc/request_id.h"

namespace extractd {
namespace {

grpc::Status UnexpectedException() {
  return {grpc::StatusCode::INTERNAL, "unexpected exception"};
}

// What handlers see of a call, whatever its kind.
template <class Interface>
class CallAs : public RpcCall, public Interface {
 public:
  grpc::ByteBuffer& request() final { return request_; }
  const std::string& id() const final { return id_; }
  bool drained() const final { return drained_; }
  std::optional<SteadyTime> deadline() const final { return deadline_; }
  void AddTrailer(std::string_view name, std::string_view value) final {
    context_.AddTrailingMetadata(std::string(name), std::string(value));
  }
  const grpc::ServerContext& context() const final { return context_; }
  const std::shared_ptr<const Principal>& caller() const final { return caller_; }
  void set_caller(std::shared_ptr<const Principal> caller) final { caller_ = std::move(caller); }
  const TraceContext& trace() const final { return trace_; }
  void set_place(Admission::Place place) final { place_ = std::move(place); }

 protected:
  using RpcCall::RpcCall;
};

class UnaryCall final : public CallAs<Rpc> {
 public:
  UnaryCall(RpcPoller& poller, const RpcMethod& method, size_t index) : CallAs(poller, index) {
    method.request_next(&context_, &request_, &responder_, &queue(), arrived_tag());
  }

 private:
  void Serve() override {
    asio::co_spawn(
        loop(),
        method().handler(*this),
        asio::bind_cancellation_slot(
            cancel_.slot(),
            [this](const std::exception_ptr& error, RpcResult result) {
              if (error) result.status = UnexpectedException();
              Finish(std::move(result));
            }
        )
    );
  }

  void OnWritten(bool /*taken*/) override {}

  void Finish(RpcResult result) {
    BeginToFinish(result.status.error_code());
    if (result.status.ok()) {
      responder_.Finish(*result.body, result.status, finished_tag());
    } else {
      responder_.FinishWithError(result.status, finished_tag());
    }
    EndFinishing();
  }

  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_{&context_};
};

// A call that is answered with messages, whatever it reads. `Writer`: gRPC's side of it.
template <class Interface, class Writer>
class WritingCall : public CallAs<Interface> {
 public:
  void Write(grpc::ByteBuffer message, StreamRpc::Written written) final {
    written_ = std::move(written);
    writing_ = true;
    writer_.Write(message, this->written_tag());
  }

  void CancelHandler() final { this->Cancel(); }
  void Drop() final { this->context_.TryCancel(); }

 protected:
  using CallAs<Interface>::CallAs;

  void Spawn(Task<grpc::Status> task) {
    asio::co_spawn(
        this->loop(),
        std::move(task),
        asio::bind_cancellation_slot(
            this->cancel_.slot(),
            [this](const std::exception_ptr& error, grpc::Status status) {
              Finish(error ? UnexpectedException() : std::move(status));
            }
        )
    );
  }
  // The handler's Task has ended.
  virtual void OnTaskEnd() {}

  Writer writer_{&this->context_};

 private:
  void OnWritten(bool taken) override {
    writing_ = false;
    if (end_.has_value()) {
      SendEnd();
    } else if (written_) {
      std::exchange(written_, nullptr)(taken);
    }
  }

  // gRPC takes the status when it has taken the message before it.
  void Finish(grpc::Status status) {
    OnTaskEnd();
    this->BeginToFinish(status.error_code());
    written_ = nullptr;
    end_ = std::move(status);
    if (!writing_) SendEnd();
  }

  void SendEnd() {
    writer_.Finish(*end_, this->finished_tag());
    this->EndFinishing();
  }

  StreamRpc::Written written_;
  bool writing_ = false;
  std::optional<grpc::Status> end_;
};

using StreamBase = WritingCall<StreamRpc, grpc::ServerAsyncWriter<grpc::ByteBuffer>>;
class StreamCall final : public StreamBase {
 public:
  StreamCall(RpcPoller& poller, const RpcMethod& method, size_t index) : StreamBase(poller, index) {
    method.request_stream(&context_, &request_, &writer_, &queue(), arrived_tag());
  }

 private:
  void Serve() override { Spawn(method().stream_handler(*this)); }
};

using DialogBase =
    WritingCall<DialogRpc, grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>>;
class DialogCall final : public DialogBase {
 public:
  DialogCall(RpcPoller& poller, const RpcMethod& method, size_t index) : DialogBase(poller, index) {
    method.request_dialog(&context_, &writer_, &queue(), arrived_tag());
  }

  void Read(Received received) override {
    received_ = std::move(received);
    writer_.Read(&message_, read_tag());
  }

 private:
  void Serve() override { Spawn(method().dialog_handler(*this)); }
  void OnTaskEnd() override { received_ = nullptr; }

  void OnRead(bool came) override {
    if (received_) std::exchange(received_, nullptr)(came ? &message_ : nullptr);
  }

  grpc::ByteBuffer message_;
  Received received_;
};

}  // namespace

void RpcCall::AskFor(RpcPoller& poller, size_t method) {
  const RpcMethod& asked = poller.workers_.front()->methods_[method];
  // Each deletes itself.
  if (asked.dialog_handler) {
    new DialogCall(poller, asked, method);
  } else if (asked.stream_handler) {
    new StreamCall(poller, asked, method);
  } else {
    new UnaryCall(poller, asked, method);
  }
}

RpcCall::RpcCall(RpcPoller& poller, size_t method) : poller_(poller), method_(method) {
  context_.AsyncNotifyWhenDone(done_.address());
}

RpcCall::~RpcCall() {
  if (worker_ != nullptr) --worker_->active_;
}

const RpcMethod& RpcCall::method() const {
  return worker_->methods_[method_];
}

void RpcCall::Begin() {
  Link();
  deadline_ = ReadDeadline();
  id_ = MakeRequestId();
  context_.AddInitialMetadata("extractd-request-id", id_);
  trace_ = worker_->observer_.OnRpcStart(context_);
  Serve();
}

void RpcCall::Cancel() {
  if (!answered_) cancel_.emit(asio::cancellation_type::terminal);
}

void RpcCall::CancelForDrain() {
  drained_ = true;
  Cancel();
}

void RpcCall::Release() {
  if (--holders_ == 0) delete this;
}

void RpcCall::OnArrived(bool ok) {
  // Else the server shut down before an RPC came; gRPC reports no end of what never began.
  if (!ok) {
    delete this;
    return;
  }
  AskFor(poller_, method_);
  worker_ = poller_.newcomers_;
  begin_ = poller_.now_;
  ++worker_->active_;
  worker_->Tell({this, RpcWorker::News::kArrived});
}

void RpcCall::OnDone(bool /*ok*/) {
  if (context_.IsCancelled()) {
    worker_->Tell({this, RpcWorker::News::kCancelled});
  } else {
    Release();
  }
}

void RpcCall::OnWriteEvent(bool ok) {
  worker_->Tell({this, ok ? RpcWorker::News::kWritten : RpcWorker::News::kWriteFailed});
}

void RpcCall::OnReadEvent(bool ok) {
  worker_->Tell({this, ok ? RpcWorker::News::kRead : RpcWorker::News::kReadFailed});
}

void RpcCall::OnFinished(bool /*ok*/) {
  Release();
}

std::optional<SteadyTime> RpcCall::ReadDeadline() const {
  const auto deadline = context_.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  const auto left = deadline - std::chrono::system_clock::now();
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::nanoseconds>(left);
}

void RpcCall::BeginToFinish(grpc::StatusCode code) {
  answered_ = true;
  place_.Leave();
  Unlink();
  worker_->observer_.OnRpcEnd({
      .service = method().service,
      .method = method().name,
      .code = code,
      .duration = std::chrono::steady_clock::now() - begin_,
      .request_id = id_,
      .trace = &trace_,
      .caller = caller_.get(),
  });
}

void RpcCall::EndFinishing() {
  // Not now: what ends here still refers to the cancellation slot.
  asio::post(worker_->loop_, [this] { Release(); });
}

void RpcCall::Link() {
  next_ = worker_->first_;
  if (next_ != nullptr) next_->previous_ = this;
  worker_->first_ = this;
}

void RpcCall::Unlink() {
  (previous_ == nullptr ? worker_->first_ : previous_->next_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

Task<bool> WriteMessage(StreamRpc& rpc, grpc::ByteBuffer message) {
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      [&rpc, &message](auto handler) {
        rpc.Write(std::move(message), [handler = std::move(handler)](bool taken) mutable {
          std::move(handler)(taken);
        });
      },
      asio::use_awaitable
  );
}

}  // namespace extractd
