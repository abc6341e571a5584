#include "tests/fakes/imposter_connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "server/base/strings.h"

namespace extractd::fakes {
namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

template <class Stream>
Task<size_t> ReadFrom(Stream& stream, char* data, size_t size) {
  const auto [error, bytes] = co_await stream.async_read_some(asio::buffer(data, size), kAsTuple);
  co_return error ? 0 : bytes;
}

template <class Stream>
Task<bool> WriteTo(Stream& stream, std::string_view bytes) {
  const auto [error, sent] = co_await asio::async_write(stream, asio::buffer(bytes), kAsTuple);
  co_return !error && sent == bytes.size();
}

class PlainStream final : public ImposterStream {
 public:
  explicit PlainStream(Tcp::socket socket) : socket_(std::move(socket)) {}
  Task<bool> Handshake() override { co_return true; }
  Task<size_t> Read(char* data, size_t size) override { return ReadFrom(socket_, data, size); }
  Task<bool> Write(std::string_view bytes) override { return WriteTo(socket_, bytes); }
  Tcp::socket& socket() override { return socket_; }

 private:
  Tcp::socket socket_;
};

class TlsStream final : public ImposterStream {
 public:
  TlsStream(Tcp::socket socket, asio::ssl::context& tls) : stream_(std::move(socket), tls) {}
  Task<bool> Handshake() override {
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAsTuple);
    co_return !error;
  }
  Task<size_t> Read(char* data, size_t size) override { return ReadFrom(stream_, data, size); }
  Task<bool> Write(std::string_view bytes) override { return WriteTo(stream_, bytes); }
  Tcp::socket& socket() override { return stream_.next_layer(); }

 private:
  asio::ssl::stream<Tcp::socket> stream_;
};

// The text up to `end`, which is taken off too; the whole if `end` is not there.
std::string_view TakeUntil(std::string_view& text, std::string_view end) {
  const size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  return taken;
}

SeenRequest ParseHead(std::string_view head) {
  SeenRequest request;
  std::string_view first = TakeUntil(head, "\r\n");
  request.method = TakeUntil(first, " ");
  request.path = TakeUntil(first, " ");
  while (!head.empty()) {
    std::string_view value = TakeUntil(head, "\r\n");
    const std::string_view name = TakeUntil(value, ":");
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    request.headers.emplace_back(ToLower(name), value);
  }
  return request;
}

// Takes one whole request off the front; bodies have a content-length.
std::optional<SeenRequest> TakeRequest(std::string& received) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const size_t end = received.find(kEnd);
  if (end == std::string::npos) return std::nullopt;
  SeenRequest request = ParseHead(std::string_view(received).substr(0, end));
  const std::string_view length = request.Header("content-length");
  size_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  const size_t start = end + kEnd.size();
  if (received.size() - start < bytes) return std::nullopt;
  request.body = received.substr(start, bytes);
  received.erase(0, start + bytes);
  return request;
}

}  // namespace

std::unique_ptr<ImposterStream> NewImposterStream(Tcp::socket socket, asio::ssl::context* tls) {
  if (tls == nullptr) return std::make_unique<PlainStream>(std::move(socket));
  return std::make_unique<TlsStream>(std::move(socket), *tls);
}

ImposterConnection::ImposterConnection(std::unique_ptr<ImposterStream> stream, ImposterState& state)
    : stream_(std::move(stream)),
      state_(state),
      index_(state.NoteConnection()),
      wake_(stream_->socket().get_executor()) {
  error_code ignored;
  stream_->socket().set_option(Tcp::no_delay(true), ignored);
}

void ImposterConnection::Serve() {
  asio::co_spawn(wake_.get_executor(), ShakeHands(shared_from_this()), asio::detached);
}

void ImposterConnection::Refuse(std::string_view words) {
  asio::co_spawn(wake_.get_executor(), ReadAll(shared_from_this()), asio::detached);
  asio::co_spawn(wake_.get_executor(), Say(shared_from_this(), words), asio::detached);
}

Task<void> ImposterConnection::ShakeHands(std::shared_ptr<ImposterConnection> self) {
  const bool shaken = co_await stream_->Handshake();
  if (!shaken) {
    Close(/*by_peer=*/true);
    co_return;
  }
  asio::co_spawn(wake_.get_executor(), ServeAll(self), asio::detached);
  co_await ReadAll(self);
}

Task<void> ImposterConnection::ReadAll(std::shared_ptr<ImposterConnection> /*self*/) {
  std::array<char, 16'384> piece = {};
  while (const size_t bytes = co_await stream_->Read(piece.data(), piece.size())) {
    received_.append(piece.data(), bytes);
    state_.NoteBytes(index_, bytes);
    wake_.cancel();
  }
  Close(/*by_peer=*/true);
}

Task<void> ImposterConnection::Say(
    std::shared_ptr<ImposterConnection> /*self*/, std::string_view words
) {
  while (!closed_ && received_.empty()) {
    wake_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await wake_.async_wait(kAsTuple);
  }
  if (!closed_ && !words.empty()) co_await stream_->Write(words);
}

Task<void> ImposterConnection::ServeAll(std::shared_ptr<ImposterConnection> /*self*/) {
  for (;;) {
    std::optional<SeenRequest> request = co_await NextRequest();
    if (!request) co_return;
    const ScriptedReply reply = state_.NoteRequest(*std::move(request));
    co_await Send(reply);
  }
}

Task<std::optional<SeenRequest>> ImposterConnection::NextRequest() {
  while (!closed_) {
    if (std::optional<SeenRequest> request = TakeRequest(received_)) {
      request->arrived = std::chrono::steady_clock::now();
      request->connection = index_;
      co_return request;
    }
    wake_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await wake_.async_wait(kAsTuple);
  }
  co_return std::nullopt;
}

Task<void> ImposterConnection::Send(const ScriptedReply& reply) {
  co_await Sleep(reply.delay);
  const WireReply wire = Render(reply);
  const size_t stop = reply.stop_after.value_or(wire.body.size());
  co_await SendBody(wire.head, std::string_view(wire.body).substr(0, stop), reply);
  const bool resets = reply.end == ScriptedReply::End::kReset;
  if (resets || reply.end == ScriptedReply::End::kClose) Close(/*by_peer=*/false, resets);
}

Task<void> ImposterConnection::SendBody(
    std::string_view head, std::string_view body, const ScriptedReply& reply
) {
  if (reply.drip_bytes == 0) {
    std::string whole(head);
    whole.append(body);
    if (!closed_ && co_await stream_->Write(whole)) state_.NoteSent(index_, body.size());
    co_return;
  }
  if (!closed_) co_await stream_->Write(head);
  while (!body.empty()) {
    co_await Sleep(reply.drip_wait);
    if (closed_) co_return;
    const std::string_view piece = body.substr(0, reply.drip_bytes);
    body.remove_prefix(piece.size());
    const bool taken = co_await stream_->Write(piece);
    if (taken) state_.NoteSent(index_, piece.size());
  }
}

Task<void> ImposterConnection::Sleep(std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (!closed_ && std::chrono::steady_clock::now() < until) {
    wake_.expires_at(until);
    co_await wake_.async_wait(kAsTuple);
  }
}

void ImposterConnection::Close(bool by_peer, bool reset) {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  if (reset) stream_->socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream_->socket().close(ignored);
  wake_.cancel();
  state_.NoteClosed(index_, by_peer);
}

}  // namespace extractd::fakes
