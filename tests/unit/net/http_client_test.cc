#include "server/net/http_client.h"

#include <array>

#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using fakes::HttpImposter, fakes::ImposterTls, fakes::ScriptedReply;

class HttpClientTest : public ClientTest {
 protected:
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
  EXPECT_EQ(result.message, "");

  ASSERT_EQ(imposter_.requests().size(), 1U);
  const fakes::SeenRequest seen = imposter_.requests().front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/v1/chat?q=1");
  EXPECT_EQ(seen.body, "{}");
  EXPECT_EQ(seen.Header("authorization"), "Bearer k");
  EXPECT_EQ(seen.Header("content-type"), "application/json");
}

TEST_F(HttpClientTest, AddsNoExpectAndNoContentTypeOfItsOwn) {
  const std::string body(2'000'000, 'x');
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  ASSERT_TRUE(Send({.url = imposter_.url(), .body = body}).ok());
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.body, body);
  EXPECT_EQ(seen.Header("expect"), "");
  EXPECT_EQ(seen.Header("content-type"), "");
}

TEST_F(HttpClientTest, TheMethodsOfOneHandleDoNotMix) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  constexpr std::array<std::pair<const char*, const char*>, 6> kSent = {
      {{"POST", "a"}, {"GET", ""}, {"DELETE", ""}, {"PUT", "b"}, {"GET", ""}, {"POST", ""}}
  };
  for (const auto& [method, body] : kSent) {
    const HttpResult result = Send({.method = method, .url = imposter_.url(), .body = body});
    ASSERT_TRUE(result.ok()) << method << ": " << result.message;
  }
  for (size_t i = 0; i < kSent.size(); ++i) {
    const fakes::SeenRequest seen = imposter_.requests().at(i);
    EXPECT_EQ(seen.method, kSent[i].first);
    EXPECT_EQ(seen.body, kSent[i].second);
  }
  EXPECT_EQ(imposter_.connections().size(), 1U);
}

TEST_F(HttpClientTest, KeepsTheConnectionForTheNextRequest) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  for (int i = 0; i < 5; ++i) {
    const HttpResult result = Send({.url = imposter_.url(), .pool = "acme"});
    ASSERT_TRUE(result.ok()) << result.message;
    EXPECT_EQ(result.new_connection, i == 0);
  }
  EXPECT_EQ(imposter_.connections().size(), 1U);
  const PoolStats pool = Pool("acme");
  EXPECT_EQ(pool.open, 1);
  EXPECT_EQ(pool.opened_total, 1);
  EXPECT_EQ(pool.reused_total, 4);
}

TEST_F(HttpClientTest, CountsEachPoolByItsName) {
  HttpImposter other;
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  other.ReplyByDefault(ScriptedReply::Json("{}").Closing());
  ASSERT_TRUE(Send({.url = imposter_.url(), .pool = "keeps"}).ok());
  ASSERT_TRUE(Send({.url = other.url(), .pool = "closes"}).ok());
  ASSERT_TRUE(Send({.url = other.url(), .pool = "closes"}).ok());
  EXPECT_EQ(Pool("keeps").open, 1);
  EXPECT_EQ(Pool("closes").open, 0);
  EXPECT_EQ(Pool("closes").opened_total, 2);
  EXPECT_EQ(Pool("closes").reused_total, 0);
}

TEST_F(HttpClientTest, AKeptConnectionThatTheServerClosedIsReplaced) {
  imposter_.Reply(ScriptedReply::Json("1"));
  ASSERT_TRUE(Send({.url = imposter_.url()}).ok());
  imposter_.Reply(ScriptedReply::HangUp());
  imposter_.Reply(ScriptedReply::Json("2"));
  const HttpResult result = Send({.url = imposter_.url(), .body = "again"});
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.body, "2");
  EXPECT_TRUE(result.new_connection);
  EXPECT_EQ(imposter_.requests().at(2).body, "again");
}

TEST_F(HttpClientTest, ManyAtATimeEachGetTheirOwnReply) {
  imposter_.ReplyByDefault([](const fakes::SeenRequest& request) {
    return ScriptedReply::Json(request.body).After(5ms);
  });
  std::vector<std::string> bodies;
  for (int i = 0; i < 200; ++i) bodies.push_back(std::to_string(i));
  std::vector<RunningSend*> sends;
  for (const std::string& body : bodies) {
    sends.push_back(Start({.url = imposter_.url(), .body = body}));
  }
  for (size_t i = 0; i < sends.size(); ++i) {
    const HttpResult& result = Finish(*sends[i]);
    ASSERT_TRUE(result.ok()) << result.message;
    EXPECT_EQ(result.reply.body, bodies[i]);
  }
}

TEST_F(HttpClientTest, FollowsNoRedirect) {
  imposter_.Reply(ScriptedReply::Status(302).With("location", imposter_.url() + "/elsewhere"));
  const HttpResult result = Send({.url = imposter_.url()});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.reply.status, 302);
  EXPECT_EQ(imposter_.requests().size(), 1U);
}

TEST_F(HttpClientTest, ReadsCompressedAndChunkedBodies) {
  const std::string text(50'000, 'z');
  imposter_.Reply(ScriptedReply::Json(text).Gzipped().Chunked());
  const HttpResult result = Send({.url = imposter_.url()});
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.body, text);
  EXPECT_EQ(imposter_.requests().at(0).Header("accept-encoding"), "gzip");
}

TEST_F(HttpClientTest, AsksForHttp2AndTakesHttp1OfAServerWithoutTls) {
  imposter_.Reply(ScriptedReply::Json("{}"));
  const HttpResult result = Send({.url = imposter_.url(), .version = HttpVersion::k2});
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.body, "{}");
}

TEST_F(HttpClientTest, RefusesWhatCannotBeWrittenAsHttp) {
  const auto refused = [&](HttpRequest request) {
    const HttpResult result = Send(std::move(request));
    EXPECT_EQ(result.failure, TransportFailure::kProtocol) << result.message;
    EXPECT_EQ(result.message.find("secret"), std::string::npos) << result.message;
    return result.message;
  };
  const std::string url = imposter_.url();
  EXPECT_NE(refused({.url = url, .headers = {{"x-a", "1\r\nx-secret: 2"}}}), "");
  EXPECT_NE(refused({.url = url, .headers = {{"x secret", "1"}}}), "");
  EXPECT_NE(refused({.method = "GET /secret", .url = url}), "");
  EXPECT_EQ(refused({.url = "ftp://secret@host/"}), "the URL is neither http nor https");
  EXPECT_EQ(refused({.url = "http://"}), "the URL cannot be used");
  EXPECT_TRUE(imposter_.requests().empty());
}

class OneConnectionTest : public ClientTest {
 protected:
  OneConnectionTest() : ClientTest({.max_connections = 1}) {}
  HttpImposter imposter_;
};

TEST_F(OneConnectionTest, FurtherRequestsWaitForTheOneConnection) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}").After(5ms));
  std::vector<RunningSend*> sends;
  for (int i = 0; i < 10; ++i) sends.push_back(Start({.url = imposter_.url()}));
  for (auto* send : sends) EXPECT_TRUE(Finish(*send).ok());
  EXPECT_EQ(imposter_.connections().size(), 1U);
}

TEST_F(OneConnectionTest, CancellingTheFirstLetsTheNextGo) {
  imposter_.Reply(ScriptedReply::Silence());
  imposter_.Reply(ScriptedReply::Json("second"));
  auto* first = Start({.url = imposter_.url()});
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests().size() == 1; }));
  auto* second = Start({.url = imposter_.url()});
  Cancel(*first);
  EXPECT_EQ(Finish(*second).reply.body, "second");
}

TEST_F(OneConnectionTest, NoFreeConnectionInTimeIsExhaustionNotAConnectTimeout) {
  imposter_.Reply(ScriptedReply::Silence());
  auto* first = Start({.url = imposter_.url()});
  ASSERT_TRUE(RunUntil([&] { return imposter_.requests().size() == 1; }));
  const HttpResult second = Send({.url = imposter_.url(), .timers = {.connect = 30ms}});
  EXPECT_EQ(second.failure, TransportFailure::kExhausted) << second.message;
  EXPECT_NE(second.message.find("became free within 30ms"), std::string::npos) << second.message;
  Cancel(*first);
}

}  // namespace
}  // namespace extractd::net
