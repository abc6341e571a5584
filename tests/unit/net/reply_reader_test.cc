#include "server/net/reply_reader.h"

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

class ReplyReaderTest : public ::testing::Test {
 protected:
  bool Lines(std::initializer_list<std::string_view> lines) {
    bool taken = true;
    for (const std::string_view line : lines) taken = reader_.OnHeaderLine(line) && taken;
    return taken;
  }

  HttpReply reply_;
  ReplyReader reader_{reply_, 10};
};

TEST_F(ReplyReaderTest, KeepsHeadersInOrderWithNamesInLowerCaseAndValuesTrimmed) {
  EXPECT_TRUE(Lines({"HTTP/1.1 200 OK\r\n", "X-A:  1 \r\n", "x-b:\r\n", "X-A: 2\r\n", "\r\n"}));
  ASSERT_EQ(reply_.headers.size(), 3U);
  EXPECT_EQ(reply_.headers[0].name, "x-a");
  EXPECT_EQ(reply_.headers[0].value, "1");
  EXPECT_EQ(reply_.headers[1].value, "");
  EXPECT_EQ(reply_.Header("x-a"), "1") << "the first counts";
  EXPECT_EQ(reply_.Header("x-c"), "");
}

TEST_F(ReplyReaderTest, AnInterimReplyLeavesNothing) {
  EXPECT_TRUE(Lines({"HTTP/1.1 103 Early Hints\r\n", "link: x\r\n", "\r\n"}));
  EXPECT_TRUE(Lines({"HTTP/2 200\r\n", "x-a: 1\r\n", "\r\n"}));
  ASSERT_EQ(reply_.headers.size(), 1U);
  EXPECT_EQ(reply_.headers[0].name, "x-a");
}

TEST_F(ReplyReaderTest, AFoldedLineContinuesTheValue) {
  EXPECT_TRUE(Lines({"HTTP/1.1 200 OK\r\n", "x-a: 1\r\n", "  2\r\n", "\r\n"}));
  EXPECT_EQ(reply_.Header("x-a"), "1 2");
}

TEST_F(ReplyReaderTest, AFoldedLineWithNothingToContinueIsIgnored) {
  EXPECT_TRUE(Lines({"HTTP/1.1 200 OK\r\n", "  x\r\n"}));
  EXPECT_TRUE(reply_.headers.empty());
}

TEST_F(ReplyReaderTest, TakesABodyUpToItsLimit) {
  EXPECT_TRUE(reader_.OnBody("01234"));
  EXPECT_TRUE(reader_.OnBody("56789"));
  EXPECT_TRUE(reader_.OnBody(""));
  EXPECT_FALSE(reader_.OnBody("x"));
  EXPECT_EQ(reply_.body, "0123456789");
  EXPECT_FALSE(reader_.headers_too_large());
}

TEST_F(ReplyReaderTest, RefusesHeadersAboveTheirLimit) {
  const std::string line = "x: " + std::string(1'000, 'x') + "\r\n";
  bool taken = true;
  for (int i = 0; i < 100 && taken; ++i) taken = reader_.OnHeaderLine(line);
  EXPECT_FALSE(taken);
  EXPECT_TRUE(reader_.headers_too_large());
}

TEST_F(ReplyReaderTest, AContentLengthIsNotTakenAtItsWord) {
  EXPECT_TRUE(Lines({"HTTP/1.1 200 OK\r\n", "content-length: 18446744073709551615\r\n"}));
  EXPECT_TRUE(Lines({"content-length: -1\r\n", "content-length: many\r\n"}));
  EXPECT_LE(reply_.body.capacity(), 64U);
}

}  // namespace
}  // namespace extractd::net
