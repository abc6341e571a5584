#include "tests/bench/e2e/stream_upstream.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/json/write.h"
#include "tests/bench/e2e/request_size.h"
#include "tests/bench/long_answer.h"

namespace extractd::bench {
namespace {

using std::chrono::steady_clock;

// Long enough for everybody to fall asleep.
constexpr std::chrono::milliseconds kPause{3};

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    "x-request-id: req_0123456789abcdef\r\ntransfer-encoding: chunked\r\n\r\n";

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

struct Wanted {
  std::string kind;
  size_t bytes = 0;
  size_t chunks = 0;
};

// What the name of the model asks for; other models get a short answer.
Wanted WantedBy(const std::string& request) {
  Wanted wanted = {.kind = "stream", .bytes = 200, .chunks = 14};
  const std::string name = R"("model":")";
  size_t at = request.find(name);
  if (at == std::string::npos) at = request.find(R"("model": ")");
  if (at == std::string::npos) return wanted;
  at = request.find('"', at + name.size() - 1) + 1;
  std::array<char, 16> kind = {};
  if (std::sscanf(
          request.c_str() + at, "%15[a-z]-%zu-%zu", kind.data(), &wanted.bytes, &wanted.chunks
      ) == 3) {
    wanted.kind = kind.data();
  }
  return wanted;
}

// A chunk of HTTP's own.
std::string HttpChunk(const std::string& bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string Event(std::string_view delta, std::string_view finish_reason) {
  return fmt::format(
      R"(data: {{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",)"
      R"("created":1793577600,"model":"bench-1-2026-11-01","system_fingerprint":"fp_44709d6fcb",)"
      R"("choices":[{{"index":0,"delta":{},"logprobs":null,"finish_reason":{}}}]}})"
      "\n\n",
      delta,
      finish_reason
  );
}

std::string Delta(std::string_view content) {
  std::string quoted;
  json::WriteString(content, quoted);
  return HttpChunk(Event(fmt::format(R"({{"content":{}}})", quoted), "null"));
}

std::string Ending() {
  return HttpChunk(Event("{}", R"("stop")")) +
         HttpChunk(R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,)"
                   R"("model":"bench-1","choices":[],"usage":{"prompt_tokens":612,)"
                   R"("completion_tokens":1670,"total_tokens":2282}})"
                   "\n\n") +
         HttpChunk("data: [DONE]\n\n") + "0\r\n\r\n";
}

bool Write(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

StreamUpstream::StreamUpstream() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, SOMAXCONN) != 0) Die("listen");
  if (::getsockname(listener_, any, &size) != 0) Die("getsockname");
  url_ = fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port));
  acceptor_ = std::thread([this] { Listen(); });
}

StreamUpstream::~StreamUpstream() {
  Release();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& connection : connections_) connection.join();
}

void StreamUpstream::Release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  released_changed_.notify_all();
}

void StreamUpstream::Listen() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connections_.emplace_back([this, fd] { Serve(fd); });
  }
}

void StreamUpstream::Serve(int fd) {
  std::string pending;
  std::array<char, 65'536> piece;
  bool open = true;
  while (open) {
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count <= 0) break;
    pending.append(piece.data(), static_cast<size_t>(count));
    const size_t size = RequestSize(pending);
    if (size == 0) continue;
    open = Answer(fd, pending.substr(0, size));
    pending.erase(0, size);
  }
  ::close(fd);
}

bool StreamUpstream::Answer(int fd, const std::string& request) {
  const Wanted wanted = WantedBy(request);
  const std::string answer = LongAnswer(wanted.bytes);
  std::vector<std::string> chunks;
  for (const std::string_view piece : InChunks(answer, wanted.chunks)) {
    chunks.push_back(Delta(piece));
  }
  if (!Write(fd, kHead)) return false;
  const bool paced = wanted.kind == "paced";
  if (paced) std::this_thread::sleep_for(kPause);
  first_byte_ = steady_clock::now();
  for (size_t i = 0; i < chunks.size(); ++i) {
    if (wanted.kind == "held" && i + 1 == chunks.size()) {
      std::unique_lock lock(mutex_);
      released_changed_.wait(lock, [this] { return released_; });
    }
    if (!Write(fd, chunks[i])) return false;
    if (paced && i == 0) std::this_thread::sleep_for(kPause);
  }
  return Write(fd, Ending());
}

}  // namespace extractd::bench
