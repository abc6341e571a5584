#include "server/net/curl_failure.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kUrl = "https://user:hunter2@api.example:8443/v1/chat?key=sesame";

TEST(CurlFailureTest, OriginIsTheHostAndPortAlone) {
  EXPECT_EQ(OriginOf(kUrl), "api.example:8443");
  EXPECT_EQ(OriginOf("http://h"), "h");
  EXPECT_EQ(OriginOf("http://[::1]:80/x"), "[::1]:80");
  EXPECT_EQ(OriginOf("http://h?key=a/b@c"), "h");
  EXPECT_EQ(OriginOf("http://h#@secret"), "h");
  EXPECT_EQ(OriginOf("http:///x"), "the server");
  EXPECT_EQ(OriginOf("secret"), "the server");
  EXPECT_EQ(OriginOf(""), "the server");
}

TEST(CurlFailureTest, NoSentenceTellsMoreOfTheUrlThanItsOrigin) {
  for (int i = 0; i <= static_cast<int>(TransportFailure::kExhausted); ++i) {
    for (const CURLcode code : {CURLE_OK, CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL}) {
      for (const Phase phase :
           {Phase::kQueued, Phase::kConnecting, Phase::kWaiting, Phase::kReading}) {
        const std::string text = DescribeFailure(
            static_cast<TransportFailure>(i), {.url = kUrl, .phase = phase, .code = code}
        );
        EXPECT_EQ(text.empty(), i == 0) << i;
        EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
        EXPECT_EQ(text.find("sesame"), std::string::npos) << text;
        EXPECT_EQ(text.find("/v1"), std::string::npos) << text;
      }
    }
  }
}

TEST(CurlFailureTest, ATimeoutOfLibcurlIsTheConnectTimerOnlyWhileConnecting) {
  EXPECT_EQ(
      FailureOf(CURLE_OPERATION_TIMEDOUT, Phase::kConnecting), TransportFailure::kConnectTimeout
  );
  EXPECT_EQ(FailureOf(CURLE_OPERATION_TIMEDOUT, Phase::kWaiting), TransportFailure::kReset);
}

TEST(CurlFailureTest, EveryCodeButOkIsAFailure) {
  EXPECT_EQ(FailureOf(CURLE_OK, Phase::kReading), TransportFailure::kNone);
  for (int code = 1; code < CURL_LAST; ++code) {
    EXPECT_NE(FailureOf(static_cast<CURLcode>(code), Phase::kReading), TransportFailure::kNone);
  }
}

TEST(CurlFailureTest, SentencesNameWhatHappened) {
  EXPECT_EQ(
      DescribeFailure(TransportFailure::kRefused, {.url = kUrl, .system_error = ECONNREFUSED}),
      "cannot connect to api.example:8443: Connection refused"
  );
  EXPECT_EQ(
      DescribeFailure(TransportFailure::kIdleTimeout, {.url = kUrl, .timers = {.idle = 250ms}}),
      "no further byte of api.example:8443's reply for 250ms"
  );
  EXPECT_EQ(
      DescribeFailure(TransportFailure::kTls, {.url = kUrl, .detail = "certificate has expired"}),
      "no secure connection to api.example:8443: certificate has expired"
  );
  EXPECT_EQ(
      DescribeFailure(
          TransportFailure::kReset, {.url = kUrl, .phase = Phase::kReading, .body_bytes = 7}
      ),
      "api.example:8443 broke the connection inside its reply, after 7 bytes of the body"
  );
}

}  // namespace
}  // namespace extractd::net
