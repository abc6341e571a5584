#include "server/net/network_environment.h"

#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using fakes::HttpImposter, fakes::ImposterTls, fakes::ScriptedReply;

class NetworkEnvironmentTest : public ClientTest {
 protected:
  ScopedVariable no_file_{"SSL_CERT_FILE", ""};
  ScopedVariable no_bundle_{"CURL_CA_BUNDLE", ""};
  ScopedVariable no_directory_{"SSL_CERT_DIR", ""};
  ScopedVariable no_proxy_{"http_proxy", ""};
  ScopedVariable no_secure_proxy_{"https_proxy", ""};
  ScopedVariable no_secure_proxy_either_{"HTTPS_PROXY", ""};
  ScopedVariable no_proxy_at_all_{"all_proxy", ""};
  ScopedVariable nor_in_capitals_{"ALL_PROXY", ""};
};

TEST_F(NetworkEnvironmentTest, WithoutVariablesItIsTheSystemsBundleAndNoProxy) {
  const NetworkEnvironment environment = ReadNetworkEnvironment();
  EXPECT_FALSE(environment.has_proxy);
  EXPECT_NE(environment.ca_file, "");
  EXPECT_EQ(environment.ca_directory, "");
}

TEST_F(NetworkEnvironmentTest, ReadsBundleDirectoryAndProxy) {
  const ScopedVariable bundle("CURL_CA_BUNDLE", "/b");
  EXPECT_EQ(ReadNetworkEnvironment().ca_file, "/b");
  const ScopedVariable file("SSL_CERT_FILE", "/f");
  EXPECT_EQ(ReadNetworkEnvironment().ca_file, "/f");
  const ScopedVariable directory("SSL_CERT_DIR", "/d");
  EXPECT_EQ(ReadNetworkEnvironment().ca_directory, "/d");
  const ScopedVariable proxy("HTTPS_PROXY", "http://p");
  EXPECT_TRUE(ReadNetworkEnvironment().has_proxy);
}

TEST_F(NetworkEnvironmentTest, AServerOfATrustedAuthorityIsSpokenTo) {
  HttpImposter imposter(ImposterTls::kTrusted);
  imposter.ReplyByDefault(ScriptedReply::Json("safe"));
  const ScopedVariable file("SSL_CERT_FILE", imposter.ca_file());
  Restart();
  const HttpResult result = Send({.url = imposter.url()});
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.body, "safe");
  EXPECT_FALSE(Send({.url = imposter.url()}).new_connection);
}

TEST_F(NetworkEnvironmentTest, AsksForHttp2AndFallsBackToHttp1) {
  HttpImposter imposter(ImposterTls::kTrusted);
  imposter.ReplyByDefault(ScriptedReply::Json("{}"));
  const ScopedVariable file("SSL_CERT_FILE", imposter.ca_file());
  Restart();
  std::vector<RunningSend*> sends;
  for (int i = 0; i < 5; ++i) {
    sends.push_back(Start({.url = imposter.url(), .version = HttpVersion::k2}));
  }
  for (auto* send : sends) EXPECT_TRUE(Finish(*send).ok()) << send->result->message;
}

TEST_F(NetworkEnvironmentTest, ACertificateThatIsNotGoodIsRefusedAndNothingIsSent) {
  const std::vector<std::pair<ImposterTls, std::string>> bad = {
      {ImposterTls::kSelfSigned, "self-signed certificate"},
      {ImposterTls::kExpired, "certificate has expired"},
      {ImposterTls::kWrongHost, "no alternative certificate subject name matches"},
  };
  for (const auto& [tls, words] : bad) {
    HttpImposter imposter(tls);
    const ScopedVariable file("SSL_CERT_FILE", imposter.ca_file());
    Restart();
    const HttpResult result = Send({.url = imposter.url(), .body = "secret"});
    EXPECT_EQ(result.failure, TransportFailure::kTls) << result.message;
    EXPECT_NE(result.message.find(words), std::string::npos) << result.message;
    EXPECT_TRUE(imposter.requests().empty());
    EXPECT_EQ(Pool().open, 0);
  }
}

TEST_F(NetworkEnvironmentTest, AnAuthorityThatNobodyTrustsIsRefused) {
  const HttpImposter imposter(ImposterTls::kTrusted);
  Restart();
  EXPECT_EQ(Send({.url = imposter.url()}).failure, TransportFailure::kTls);
}

TEST_F(NetworkEnvironmentTest, TlsWithAServerThatSpeaksPlainHttpIsATlsFailure) {
  const HttpImposter imposter(ImposterTls::kAnswersInPlain);
  const HttpResult result = Send({.url = imposter.url()});
  EXPECT_EQ(result.failure, TransportFailure::kTls) << result.message;
  EXPECT_NE(result.message.find("wrong version number"), std::string::npos) << result.message;
}

TEST_F(NetworkEnvironmentTest, AProxyOfTheEnvironmentIsAskedInstead) {
  HttpImposter proxy;
  proxy.ReplyByDefault(ScriptedReply::Json("from the proxy"));
  const ScopedVariable variable("http_proxy", proxy.url());
  Restart();
  const HttpResult result = Send({.url = "http://provider.invalid/v1"});
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.body, "from the proxy");
  EXPECT_EQ(proxy.requests().at(0).path, "http://provider.invalid/v1");
}

}  // namespace
}  // namespace extractd::net
