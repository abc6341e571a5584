#include "server/service/health/health_service.h"

#include <optional>
#include <string>

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_set.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/base/strings.h"
#include "server/service/rpc/queue_tag.h"

namespace extractd {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using Status = HealthCheckResponse::ServingStatus;

}  // namespace

struct HealthService::State {
  Status StatusOf(std::string_view name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const auto known = statuses.find(name);
    return known == statuses.end() ? HealthCheckResponse::SERVICE_UNKNOWN : known->second;
  }

  Health::AsyncService service;
  absl::Mutex mutex;
  StringMap<Status> statuses ABSL_GUARDED_BY(mutex);
  absl::flat_hash_set<WatchCall*> watches ABSL_GUARDED_BY(mutex);
};

// One Check from the moment that it is asked for.
class HealthService::CheckCall {
 public:
  CheckCall(State& state, grpc::ServerCompletionQueue& queue) : state_(state), queue_(queue) {
    state_.service.RequestCheck(
        &context_, &request_, &responder_, &queue_, &queue_, arrived_.address()
    );
  }

 private:
  void OnArrived(bool ok) {
    if (ok) {
      new CheckCall(state_, queue_);
      Answer();
    } else {
      delete this;
    }
  }

  void Answer() {
    HealthCheckResponse response;
    {
      const absl::MutexLock lock(&state_.mutex);
      response.set_status(state_.StatusOf(request_.service()));
    }
    if (response.status() == HealthCheckResponse::SERVICE_UNKNOWN) {
      responder_.FinishWithError(
          {grpc::StatusCode::NOT_FOUND, "unknown service"}, finished_.address()
      );
    } else {
      responder_.Finish(response, grpc::Status::OK, finished_.address());
    }
  }

  void OnFinished(bool /*ok*/) { delete this; }

  State& state_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<HealthCheckResponse> responder_{&context_};
  MemberTag<CheckCall, &CheckCall::OnArrived> arrived_{this};
  MemberTag<CheckCall, &CheckCall::OnFinished> finished_{this};
};

// One Watch from the moment that it is asked for; it ends when its caller leaves or is cancelled.
// Deleted once the RPC is over and no write is under way.
class HealthService::WatchCall {
 public:
  WatchCall(State& state, grpc::ServerCompletionQueue& queue) : state_(state), queue_(queue) {
    context_.AsyncNotifyWhenDone(done_.address());
    state_.service.RequestWatch(
        &context_, &request_, &writer_, &queue_, &queue_, arrived_.address()
    );
  }

  // Sends what has changed. The state's mutex is held.
  void Update() {
    state_.mutex.AssertHeld();
    if (writing_ || over_) return;
    const Status status = state_.StatusOf(request_.service());
    if (sent_ == status) return;
    sent_ = status;
    writing_ = true;
    HealthCheckResponse response;
    response.set_status(status);
    writer_.Write(response, written_.address());
  }

 private:
  void OnArrived(bool ok) {
    if (!ok) {
      delete this;
      return;
    }
    new WatchCall(state_, queue_);
    const absl::MutexLock lock(&state_.mutex);
    state_.watches.insert(this);
    Update();
  }

  void OnWritten(bool ok) {
    bool unused = false;
    {
      const absl::MutexLock lock(&state_.mutex);
      writing_ = false;
      if (ok) Update();
      unused = over_ && !writing_;
    }
    if (unused) delete this;
  }

  // The caller has left, or the server shuts down: nobody is told an end.
  void OnDone(bool /*ok*/) {
    bool unused = false;
    {
      const absl::MutexLock lock(&state_.mutex);
      over_ = true;
      state_.watches.erase(this);
      unused = !writing_;
    }
    if (unused) delete this;
  }

  State& state_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  HealthCheckRequest request_;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_{&context_};
  MemberTag<WatchCall, &WatchCall::OnArrived> arrived_{this};
  MemberTag<WatchCall, &WatchCall::OnWritten> written_{this};
  MemberTag<WatchCall, &WatchCall::OnDone> done_{this};
  std::optional<Status> sent_ ABSL_GUARDED_BY(state_.mutex);
  bool writing_ ABSL_GUARDED_BY(state_.mutex) = false;
  bool over_ ABSL_GUARDED_BY(state_.mutex) = false;
};

HealthService::HealthService() : state_(std::make_unique<State>()) {}
HealthService::~HealthService() = default;

void HealthService::RegisterWith(grpc::ServerBuilder& builder) {
  builder.RegisterService(&state_->service);
}

void HealthService::Start(grpc::ServerCompletionQueue& queue) {
  new CheckCall(*state_, queue);
  new WatchCall(*state_, queue);
}

void HealthService::Set(std::string_view service, bool serving) {
  const absl::MutexLock lock(&state_->mutex);
  state_->statuses.insert_or_assign(
      service, serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING
  );
  for (WatchCall* watch : state_->watches) watch->Update();
}

}  // namespace extractd
