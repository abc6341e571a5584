#include "server/net/curl_request.h"

#include <gtest/gtest.h>

#include "tests/unit/net/client_test.h"

namespace extractd::net {
namespace {

using fakes::HttpImposter, fakes::ScriptedReply;

class CurlRequestTest : public ::testing::Test {
 protected:
  // Sends by libcurl alone; what the imposter saw.
  fakes::SeenRequest Perform(HttpRequest request) {
    request.url = imposter_.url() + "/v1";
    EXPECT_TRUE(SetRequest(handle_, request));
    handle_.Set(CURLOPT_WRITEFUNCTION, &Discard);
    code_ = curl_easy_perform(handle_.get());
    const auto seen = imposter_.requests();
    return seen.empty() ? fakes::SeenRequest() : seen.back();
  }
  static size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

  HttpImposter imposter_;
  NetworkEnvironment environment_;
  EasyHandle handle_{environment_};
  CURLcode code_ = CURLE_OK;
};

TEST_F(CurlRequestTest, AMethodIsSentAsItIsWrittenWithOrWithoutABody) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    for (const char* body : {"", "{}"}) {
      const fakes::SeenRequest seen = Perform({.method = method, .body = body});
      EXPECT_EQ(code_, CURLE_OK) << handle_.error();
      EXPECT_EQ(seen.method, method);
      EXPECT_EQ(seen.body, body);
    }
  }
}

TEST_F(CurlRequestTest, ABodyMayHoldAnyByte) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  const std::string body("a\0b\r\n\r\n\xff", 8);
  EXPECT_EQ(Perform({.body = body}).body, body);
}

TEST_F(CurlRequestTest, AnEmptyPostHasALengthOfZero) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  EXPECT_EQ(Perform({}).Header("content-length"), "0");
}

TEST_F(CurlRequestTest, NamesItself) {
  imposter_.ReplyByDefault(ScriptedReply::Json("{}"));
  EXPECT_EQ(Perform({}).Header("user-agent"), "extractd");
  EXPECT_EQ(Perform({.headers = {{"user-agent", "mine"}}}).Header("user-agent"), "mine");
}

TEST_F(CurlRequestTest, AReplyIsRefusedByItsContentLength) {
  imposter_.ReplyByDefault(ScriptedReply::Json("0123456789"));
  Perform({.max_reply_bytes = 9});
  EXPECT_EQ(code_, CURLE_FILESIZE_EXCEEDED);
  Perform({.max_reply_bytes = 10});
  EXPECT_EQ(code_, CURLE_OK) << "the limit of the last request must not stay";
}

TEST_F(CurlRequestTest, WhatCannotBeWrittenIsNotSet) {
  EXPECT_FALSE(SetRequest(handle_, {.method = ""}));
  EXPECT_FALSE(SetRequest(handle_, {.method = "GET\r\n"}));
  EXPECT_FALSE(SetRequest(handle_, {.headers = {{"a", "\n"}}}));
}

}  // namespace
}  // namespace extractd::net
