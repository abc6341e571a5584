#include "tests/fakes/http2_imposter.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "tests/fakes/certificates.h"
#include "tests/fakes/imposter_connection.h"
#include "tests/fakes/tls_server.h"

namespace extractd::fakes {
namespace {

using Tcp = asio::ip::tcp;

constexpr size_t kPrefaceBytes = 24;
constexpr size_t kFrameHeadBytes = 9;
// The static entry ":status: 200" of HPACK.
constexpr std::string_view kStatusOk = "\x88";

enum FrameType : std::uint8_t { kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6 };
constexpr std::uint8_t kAck = 0x1;
constexpr std::uint8_t kEndStream = 0x1;
constexpr std::uint8_t kEndHeaders = 0x4;

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload = {};
};

std::uint32_t BigEndian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

void AppendBigEndian(std::string& out, std::uint32_t number, unsigned bytes) {
  while (bytes-- > 0) out.push_back(static_cast<char>(number >> (8U * bytes)));
}

std::string Write(const Frame& frame) {
  std::string out;
  AppendBigEndian(out, static_cast<std::uint32_t>(frame.payload.size()), 3);
  AppendBigEndian(out, frame.type, 1);
  AppendBigEndian(out, frame.flags, 1);
  AppendBigEndian(out, frame.stream, 4);
  return out + frame.payload;
}

std::string Answer(std::uint32_t stream) {
  return Write({kHeaders, kEndHeaders, stream, std::string(kStatusOk)}) +
         Write({kData, kEndStream, stream, "{}"});
}

class Connection {
 public:
  Connection(std::unique_ptr<ImposterStream> stream, Http2Imposter::Counts& counts)
      : stream_(std::move(stream)), counts_(counts) {}

  Task<void> Serve() {
    ++counts_.connections;
    const bool shaken = co_await stream_->Handshake();
    if (shaken && co_await Need(kPrefaceBytes)) {
      received_.erase(0, kPrefaceBytes);
      co_await stream_->Write(Write({.type = kSettings}));
      while (co_await ServeFrame()) {
      }
    }
    ++counts_.closed;
  }

 private:
  // Reads until so many bytes are there. False: the peer has closed.
  Task<bool> Need(size_t bytes) {
    std::array<char, 16'384> piece = {};
    while (received_.size() < bytes) {
      const size_t read = co_await stream_->Read(piece.data(), piece.size());
      if (read == 0) co_return false;
      received_.append(piece.data(), read);
    }
    co_return true;
  }

  Task<bool> ServeFrame() {
    if (!co_await Need(kFrameHeadBytes)) co_return false;
    const std::string_view head(received_);
    const size_t size = BigEndian(head.substr(0, 3));
    Frame frame;
    frame.type = static_cast<std::uint8_t>(head[3]);
    frame.flags = static_cast<std::uint8_t>(head[4]);
    frame.stream = BigEndian(head.substr(5, 4));
    if (!co_await Need(kFrameHeadBytes + size)) co_return false;
    frame.payload = received_.substr(kFrameHeadBytes, size);
    received_.erase(0, kFrameHeadBytes + size);
    const std::string reply = React(frame);
    co_return reply.empty() || co_await stream_->Write(reply);
  }

  std::string React(Frame& frame) {
    switch (frame.type) {
      case kSettings:
        return (frame.flags & kAck) != 0 ? "" : Write({.type = kSettings, .flags = kAck});
      case kPing:
        return (frame.flags & kAck) != 0 ? "" : Write({kPing, kAck, 0, std::move(frame.payload)});
      case kReset:
        ++counts_.resets;
        return "";
      case kData:
      case kHeaders:
        if ((frame.flags & kEndStream) == 0) return "";
        ++counts_.requests;
        return counts_.holds ? "" : Answer(frame.stream);
      default:
        return "";
    }
  }

  std::unique_ptr<ImposterStream> stream_;
  Http2Imposter::Counts& counts_;
  std::string received_;
};

Task<void> ServeOne(std::unique_ptr<Connection> connection) {
  co_await connection->Serve();
}

}  // namespace

class Http2Imposter::Server {
 public:
  explicit Server(Counts& counts)
      : counts_(counts), acceptor_(loop_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    const CertificateAuthority authority;
    context_ = TlsServerContext(authority.Issue({}), HttpVersion::k2);
    const auto port = acceptor_.local_endpoint().port();
    url = fmt::format("https://127.0.0.1:{}", port);
    ca_file = std::filesystem::temp_directory_path() /
              fmt::format("http2-imposter-{}-{}.pem", ::getpid(), port);
    std::ofstream(ca_file) << authority.certificate();
    asio::co_spawn(loop_, AcceptAll(), asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Server() {
    loop_.stop();
    thread_.join();
    std::filesystem::remove(ca_file);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url;
  std::string ca_file;

 private:
  Task<void> AcceptAll() {
    for (;;) {
      Tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      auto stream = NewImposterStream(std::move(socket), context_.get());
      auto connection = std::make_unique<Connection>(std::move(stream), counts_);
      asio::co_spawn(loop_, ServeOne(std::move(connection)), asio::detached);
    }
  }

  Counts& counts_;
  std::unique_ptr<asio::ssl::context> context_;
  asio::io_context loop_{1};
  Tcp::acceptor acceptor_;
  std::thread thread_;
};

Http2Imposter::Http2Imposter() : server_(std::make_unique<Server>(counts_)) {}
Http2Imposter::~Http2Imposter() = default;

const std::string& Http2Imposter::url() const {
  return server_->url;
}
const std::string& Http2Imposter::ca_file() const {
  return server_->ca_file;
}

}  // namespace extractd::fakes
