#include "server/net/transfer.h"

#include <cerrno>
#include <string_view>

#include "server/net/curl_request.h"

namespace extractd::net {

struct Transfer::Callbacks {
  static size_t Header(char* data, size_t size, size_t count, void* self) {
    const size_t bytes = size * count;
    return static_cast<Transfer*>(self)->OnHeaderLine({data, bytes}) ? bytes : 0;
  }
  static size_t Body(char* data, size_t size, size_t count, void* self) {
    const size_t bytes = size * count;
    return static_cast<Transfer*>(self)->OnBody({data, bytes});
  }
  static int ResolverStart(void* /*resolver*/, void* /*unused*/, void* self) {
    static_cast<Transfer*>(self)->phase_ = Phase::kConnecting;
    return 0;
  }
  static curl_socket_t Open(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.phase_ = Phase::kConnecting;
    const curl_socket_t socket = transfer.loop_.sockets().Open(*address, transfer.pool_);
    // Else a family that this machine does not have: the next address may do.
    if (socket == CURL_SOCKET_BAD) transfer.exhausted_ = errno != EAFNOSUPPORT;
    return socket;
  }
  // Belongs to the connection, which outlives the transfer.
  static int Close(void* sockets, curl_socket_t socket) {
    return static_cast<SocketSet*>(sockets)->Close(socket);
  }
  static int Connected(
      void* self, char* /*address*/, char* /*local_address*/, int /*port*/, int local_port
  ) {
    static_cast<Transfer*>(self)->OnConnected(local_port);
    return CURL_PREREQFUNC_OK;
  }

  static void Set(EasyHandle& handle, Transfer* transfer) {
    handle.Set(CURLOPT_HEADERFUNCTION, &Header);
    handle.Set(CURLOPT_HEADERDATA, transfer);
    handle.Set(CURLOPT_WRITEFUNCTION, &Body);
    handle.Set(CURLOPT_WRITEDATA, transfer);
    handle.Set(CURLOPT_RESOLVER_START_FUNCTION, &ResolverStart);
    handle.Set(CURLOPT_RESOLVER_START_DATA, transfer);
    handle.Set(CURLOPT_OPENSOCKETFUNCTION, &Open);
    handle.Set(CURLOPT_OPENSOCKETDATA, transfer);
    handle.Set(CURLOPT_CLOSESOCKETFUNCTION, &Close);
    handle.Set(CURLOPT_CLOSESOCKETDATA, &transfer->loop_.sockets());
    handle.Set(CURLOPT_PREREQFUNCTION, &Connected);
    handle.Set(CURLOPT_PREREQDATA, transfer);
  }
};

void BodySink::Resume() {
  if (transfer_ != nullptr) transfer_->Resume();
}

Transfer::Transfer(
    CurlLoop& loop,
    EasyHandlePool& handles,
    PoolStats& pool,
    const HttpRequest& request,
    BodySink* sink
)
    : loop_(loop),
      handles_(handles),
      pool_(pool),
      request_(request),
      start_(std::chrono::steady_clock::now()),
      timers_(request.timers, start_),
      reader_(result_.reply, request.max_reply_bytes),
      handle_(handles.Acquire()),
      sink_(sink) {
  if (sink_ != nullptr) sink_->transfer_ = this;
}

Transfer::~Transfer() {
  if (sink_ != nullptr) sink_->transfer_ = nullptr;
  if (done_) {  // its coroutine was destroyed in the middle
    loop_.deadlines().Clear(*this);
    LeaveConnection();
    loop_.Stop(*handle_);
  }
  if (handle_ != nullptr) handles_.Release(std::move(handle_));
}

bool Transfer::Prepare() {
  if (handle_ == nullptr) {
    Describe(TransportFailure::kExhausted, CURLE_OUT_OF_MEMORY);
    return false;
  }
  if (!SetRequest(*handle_, request_)) {
    Describe(TransportFailure::kProtocol, CURLE_OK);
    return false;
  }
  Callbacks::Set(*handle_, this);
  return true;
}

void Transfer::Begin() {
  loop_.deadlines().Set(*this, timers_.Next().due);
  if (!loop_.Start(*handle_, *this)) End(TransportFailure::kExhausted, CURLE_OUT_OF_MEMORY);
}

void Transfer::OnConnected(int local_port) {
  phase_ = Phase::kWaiting;
  timers_.Connected();
  result_.new_connection = handle_->Get<long>(CURLINFO_NUM_CONNECTS) > 0;
  ++(result_.new_connection ? pool_.opened_total : pool_.reused_total);
  if (request_.version != HttpVersion::k2) return;
  LeaveConnection();  // of the one before, which broke
  shared_port_ = local_port;
  loop_.shared().Join(shared_port_, *handle_);
}

void Transfer::LeaveConnection() {
  if (shared_port_ != 0) loop_.shared().Leave(std::exchange(shared_port_, 0), *handle_);
}

bool Transfer::OnHeaderLine(std::string_view line) {
  // Of a streamed reply, the head is no sign that anything will follow.
  if (sink_ == nullptr) timers_.Byte(loop_.now());
  if (phase_ != Phase::kReading) {
    phase_ = Phase::kReading;
    SetDeadline();
  }
  return reader_.OnHeaderLine(line);
}

// A deadline that has become later waits until it comes.
void Transfer::SetDeadline() {
  const SteadyTime due = timers_.Next().due;
  if (due < this->due()) loop_.deadlines().Set(*this, due);
}

size_t Transfer::OnBody(std::string_view bytes) {
  if (sink_ != nullptr && !std::exchange(asked_sink_, true)) {
    result_.reply.status = static_cast<int>(handle_->Get<long>(CURLINFO_RESPONSE_CODE));
    if (!sink_->Wants(result_.reply)) {
      sink_->transfer_ = nullptr;
      sink_ = nullptr;
    }
  }
  if (sink_ != nullptr) return GiveToSink(bytes);
  timers_.Byte(loop_.now());
  return reader_.OnBody(bytes) ? bytes.size() : 0;
}

size_t Transfer::GiveToSink(std::string_view bytes) {
  if (wish_ == BodySink::Wish::kPause) return CURL_WRITEFUNC_PAUSE;
  if (!reader_.CountBody(bytes.size())) return 0;
  if (wish_ != BodySink::Wish::kMore) return bytes.size();  // passed over
  const BodySink::Taken taken = sink_->OnBody(bytes);
  wish_ = taken.wish;
  switch (wish_) {
    case BodySink::Wish::kMore:
      if (taken.alive) timers_.Byte(loop_.now());
      break;
    case BodySink::Wish::kPause:
      timers_.Pause();
      break;
    case BodySink::Wish::kEnough:
      timers_.Enough(loop_.now());
      break;
    case BodySink::Wish::kStop:
      return 0;
  }
  SetDeadline();
  return bytes.size();
}

void Transfer::Resume() {
  if (!done_ || wish_ != BodySink::Wish::kPause) return;
  wish_ = BodySink::Wish::kMore;
  timers_.Byte(std::chrono::steady_clock::now());
  SetDeadline();
  // Hands over, right here, what libcurl had kept; if that is refused, nobody else tells.
  const CURLcode code = loop_.Resume(*handle_);
  if (code == CURLE_OK || !done_) return;
  LeaveConnection();
  loop_.Stop(*handle_);
  OnEnd(code);
}

void Transfer::OnEnd(CURLcode code) {
  const bool stopped = wish_ == BodySink::Wish::kStop || wish_ == BodySink::Wish::kEnough;
  if (stopped) return End(TransportFailure::kNone, CURLE_OK);
  const bool no_socket = code == CURLE_COULDNT_CONNECT && exhausted_;
  End(no_socket ? TransportFailure::kExhausted : FailureOf(code, phase_), code);
}

void Transfer::OnDue(SteadyTime now) {
  const TransferTimers::Deadline next = timers_.Next();
  if (next.due > now) {  // it has moved since it was set
    loop_.deadlines().Set(*this, next.due);
    return;
  }
  if (wish_ == BodySink::Wish::kEnough) return Abort(TransportFailure::kNone);
  const bool queued = next.failure == TransportFailure::kConnectTimeout &&
                      phase_ == Phase::kQueued && request_.version == HttpVersion::k1;
  Abort(queued ? TransportFailure::kExhausted : next.failure);
}

void Transfer::Abort(TransportFailure failure) {
  if (!done_) return;
  const int port = shared_port_;
  LeaveConnection();
  loop_.Stop(*handle_);
  if (port != 0) loop_.shared().Flush(port);
  End(failure, CURLE_OK);
}

void Transfer::End(TransportFailure failure, CURLcode code) {
  loop_.deadlines().Clear(*this);
  LeaveConnection();
  result_.reply.status = static_cast<int>(handle_->Get<long>(CURLINFO_RESPONSE_CODE));
  Describe(failure, code);
  std::exchange(done_, nullptr)();
}

void Transfer::Describe(TransportFailure failure, CURLcode code) {
  const SteadyTime now = std::chrono::steady_clock::now();
  result_.latency = std::chrono::duration_cast<std::chrono::microseconds>(now - start_);
  result_.failure = failure;
  if (failure == TransportFailure::kNone) return;
  result_.message = DescribeFailure(
      failure,
      {
          .url = request_.url,
          .phase = phase_,
          .code = code,
          .detail = handle_ == nullptr ? "" : handle_->error(),
          .system_error =
              handle_ == nullptr ? 0 : static_cast<int>(handle_->Get<long>(CURLINFO_OS_ERRNO)),
          .timers = request_.timers,
          .max_reply_bytes = request_.max_reply_bytes,
          .body_bytes = reader_.body_bytes(),
          .headers_too_large = reader_.headers_too_large(),
      }
  );
}

}  // namespace extractd::net
