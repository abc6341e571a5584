#include "server/net/socket_set.h"

#include <array>

#include <sys/resource.h>
#include <unistd.h>

#include "tests/fakes/black_hole.h"
#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using fakes::BlackHole, fakes::HttpImposter, fakes::ScriptedReply;

class SocketSetTest : public ClientTest {
 protected:
  static curl_sockaddr TcpAddress() {
    curl_sockaddr address = {};
    address.family = AF_INET;
    address.socktype = SOCK_STREAM;
    return address;
  }

  // Starts `count` sends and cancels each after a while that differs from one to the next.
  void CancelMany(const std::string& url, int count) {
    std::vector<RunningSend*> sends;
    for (int i = 0; i < count; ++i) {
      sends.push_back(Start({.url = url}));
      loop_.restart();
      for (int step = 0; step < i % 8; ++step) loop_.run_one_for(1ms);
      if (i % 3 == 0) sends[sends.size() / 2]->signal.emit(asio::cancellation_type::terminal);
    }
    for (auto* send : sends) Cancel(*send);
  }

  std::vector<int> ready_;
  SocketSet sockets_{loop_.get_executor(), [this](curl_socket_t, int bits) {
                       ready_.push_back(bits);
                     }};
  PoolStats pool_;
};

TEST_F(SocketSetTest, CountsASocketFromOpenToClose) {
  const curl_socket_t socket = sockets_.Open(TcpAddress(), pool_);
  ASSERT_NE(socket, CURL_SOCKET_BAD);
  EXPECT_EQ(pool_.open, 1);
  EXPECT_TRUE(sockets_.Watch(socket, CURL_POLL_REMOVE));
  EXPECT_EQ(pool_.open, 1) << "an idle connection is still open";
  EXPECT_EQ(sockets_.Close(socket), 0);
  EXPECT_EQ(pool_.open, 0);
}

TEST_F(SocketSetTest, ASocketThatWasClosedBehindOurBackIsForgottenWhenItIsNoLongerWatched) {
  const curl_socket_t socket = sockets_.Open(TcpAddress(), pool_);
  sockets_.Watch(socket, CURL_POLL_OUT);
  ::close(socket);
  sockets_.Watch(socket, CURL_POLL_REMOVE);
  EXPECT_EQ(pool_.open, 0);
}

TEST_F(SocketSetTest, ANumberThatComesBackIsAnotherSocketAndIsWatchedForTheSame) {
  const curl_socket_t first = sockets_.Open(TcpAddress(), pool_);
  sockets_.Watch(first, CURL_POLL_OUT);
  ::close(first);
  const curl_socket_t second = sockets_.Open(TcpAddress(), pool_);
  ASSERT_EQ(second, first) << "the test needs the same number";
  EXPECT_EQ(pool_.open, 1);
  // A socket that does not connect is ready for writing (and hung up) at once.
  EXPECT_TRUE(RunUntil([&] { return !ready_.empty(); }));
  EXPECT_EQ(ready_.front(), CURL_CSELECT_OUT);
  EXPECT_EQ(sockets_.Close(second), 0);
}

TEST_F(SocketSetTest, ALentDescriptorIsGivenBackOpen) {
  std::array<int, 2> pipe = {};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  EXPECT_TRUE(sockets_.Watch(pipe[0], CURL_POLL_IN));
  ASSERT_EQ(::write(pipe[1], "x", 1), 1);
  EXPECT_TRUE(RunUntil([&] { return !ready_.empty(); }));
  EXPECT_EQ(ready_.front(), CURL_CSELECT_IN);
  EXPECT_TRUE(sockets_.Watch(pipe[0], CURL_POLL_REMOVE));
  EXPECT_EQ(::close(pipe[0]), 0) << "it must still be open";
  ::close(pipe[1]);
}

TEST_F(SocketSetTest, WhatIsNotWantedIsNotTold) {
  std::array<int, 2> pipe = {};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  sockets_.Watch(pipe[0], CURL_POLL_IN);
  sockets_.Watch(pipe[0], CURL_POLL_NONE);
  ASSERT_EQ(::write(pipe[1], "x", 1), 1);
  loop_.run_for(20ms);
  EXPECT_TRUE(ready_.empty());
  sockets_.Watch(pipe[0], CURL_POLL_REMOVE);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(SocketSetTest, AThousandCancelsLeaveTheDescriptorsAsBefore) {
  HttpImposter slow;
  const BlackHole nowhere;
  slow.ReplyByDefault(ScriptedReply::Json("{}").After(2ms));
  ASSERT_TRUE(Send({.url = slow.url()}).ok());  // the connection that is kept
  ASSERT_EQ(Pool().open, 1);
  const size_t before = OpenDescriptors();
  CancelMany(slow.url(), 500);
  CancelMany(nowhere.url(), 250);
  CancelMany("http://" + NoSuchHost(), 250);
  EXPECT_TRUE(Send({.url = slow.url()}).ok());
  client_.reset();
  EXPECT_TRUE(RunUntil([&] { return slow.open_connections() == 0; }));
  // A resolver that nobody waits for any more ends in its own time.
  EXPECT_TRUE(RunUntil([&] { return OpenDescriptors() <= before; }))
      << OpenDescriptors() << " descriptors, before " << before;
}

TEST_F(SocketSetTest, WithoutADescriptorTheSendFailsAsExhaustedAndTheNextOneWorks) {
  HttpImposter imposter;
  imposter.ReplyByDefault(ScriptedReply::Json("{}").Closing());
  ASSERT_TRUE(Send({.url = imposter.url()}).ok());
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {.rlim_cur = 3, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const HttpResult result = Send({.url = imposter.url()});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(result.failure, TransportFailure::kExhausted) << result.message;
  EXPECT_TRUE(Send({.url = imposter.url()}).ok());
}

}  // namespace
}  // namespace extractd::net
