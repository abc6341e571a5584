#include "server/net/shared_connections.h"

#include "tests/fakes/http2_imposter.h"
#include "tests/fakes/test_settings.h"
#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using fakes::Http2Imposter;

class SharedConnectionsTest : public ClientTest {
 protected:
  SharedConnectionsTest() { Restart(); }

  HttpRequest Request() const { return {.url = imposter_.url(), .version = HttpVersion::k2}; }

  // Cancels, and expects it to take effect at the server at once.
  void CancelAndExpect(RunningSend& send, const std::function<bool()>& effect) {
    const auto cancelled = std::chrono::steady_clock::now();
    EXPECT_EQ(Cancel(send).failure, TransportFailure::kCancelled);
    EXPECT_TRUE(RunUntil(effect)) << "the server never heard of it";
    EXPECT_LE(std::chrono::steady_clock::now() - cancelled, AtOnce());
  }

  Http2Imposter imposter_;
  ScopedVariable bundle_{"SSL_CERT_FILE", imposter_.ca_file()};
  ScopedVariable no_directory_{"SSL_CERT_DIR", ""};
};

TEST_F(SharedConnectionsTest, RequestsOfOneTimeShareOneConnection) {
  std::vector<RunningSend*> sends;
  for (int i = 0; i < 20; ++i) sends.push_back(Start(Request()));
  for (auto* send : sends) {
    ASSERT_TRUE(Finish(*send).ok()) << send->result->message;
    EXPECT_EQ(send->result->reply.body, "{}");
  }
  EXPECT_EQ(imposter_.connections(), 1);
  EXPECT_EQ(imposter_.requests(), 20);
  EXPECT_EQ(Pool().opened_total, 1);
  EXPECT_EQ(Pool().reused_total, 19);
}

TEST_F(SharedConnectionsTest, CancelResetsTheStreamAtOnceAndLeavesTheOthers) {
  imposter_.Hold();
  auto* first = Start(Request());
  auto* second = Start(Request());
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests() == 2; }));
  loop_.run_for(50ms);  // until nothing else is on its way, which a reset could travel with
  CancelAndExpect(*first, [&] { return imposter_.resets() == 1; });
  EXPECT_FALSE(second->result.has_value());
  EXPECT_EQ(imposter_.closed(), 0);
  Cancel(*second);
}

TEST_F(SharedConnectionsTest, CancelOfTheLastStreamClosesTheConnection) {
  imposter_.Hold();
  auto* only = Start(Request());
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests() == 1; }));
  CancelAndExpect(*only, [&] { return imposter_.closed() == 1; });
  EXPECT_EQ(Pool().open, 0);
}

TEST_F(SharedConnectionsTest, ATimerResetsTheStreamToo) {
  imposter_.Hold();
  auto* patient = Start(Request());
  HttpRequest hurried = Request();
  hurried.timers.first_byte = 300ms;
  EXPECT_EQ(Send(std::move(hurried)).failure, TransportFailure::kFirstByteTimeout);
  EXPECT_TRUE(RunUntil([&] { return imposter_.resets() == 1; }));
  Cancel(*patient);
}

}  // namespace
}  // namespace extractd::net
