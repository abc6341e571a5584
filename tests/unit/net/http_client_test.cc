#include "server/net/http_client.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using fakes::Await, fakes::HttpImposter, fakes::ScriptedReply;

class HttpClientTest : public ::testing::Test {
 protected:
  HttpResult Send(HttpRequest request) { return Await(loop_, client_.Send(std::move(request))); }

  asio::io_context loop_{1};
  HttpClient client_{loop_.get_executor()};
  HttpImposter imposter_;
};

TEST_F(HttpClientTest, SendsTheRequestAndReadsTheReply) {
  imposter_.Reply(ScriptedReply::Status(418, "short and stout").With("X-Pot", "yes"));
  const HttpResult result = Send({
      .url = imposter_.url() + "/v1/chat?q=1",
      .headers = {{"authorization", "Bearer k"}, {"content-type", "application/json"}},
      .body = "{}",
  });

  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.status, 418);
  EXPECT_EQ(result.reply.body, "short and stout");
  EXPECT_EQ(result.reply.Header("x-pot"), "yes");
  EXPECT_TRUE(result.new_connection);
  EXPECT_GT(result.latency, 0us);

  ASSERT_EQ(imposter_.requests().size(), 1u);
  const fakes::SeenRequest seen = imposter_.requests().front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/v1/chat?q=1");
  EXPECT_EQ(seen.body, "{}");
  EXPECT_EQ(seen.Header("authorization"), "Bearer k");
  EXPECT_EQ(seen.Header("content-type"), "application/json");
  EXPECT_EQ(seen.Header("expect"), "");
}

}  // namespace
}  // namespace extractd::net
