// That the bytes are what others read is tested in tests/e2e with OpenTelemetry's own messages.
#include "server/observe/otlp.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::observe {
namespace {

using std::string_literals::operator""s;

TEST(OtlpTest, ASpanIsItsFieldsInOrder) {
  const Span span = {
      .trace = {0x0102030405060708U, 0x090a0b0c0d0e0f10U},
      .id = 0x1112131415161718U,
      .name = "a",
      .kind = SpanKind::kClient,
      .begin = std::chrono::system_clock::time_point(std::chrono::nanoseconds(1)),
      .end = std::chrono::system_clock::time_point(std::chrono::nanoseconds(256)),
      .failed = true,
  };
  const std::string fields =
      "\x0a\x10\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
      "\x12\x08\x11\x12\x13\x14\x15\x16\x17\x18"
      "\x2a\x01"
      "a"
      "\x30\x03"
      "\x39\x01\x00\x00\x00\x00\x00\x00\x00"
      "\x41\x00\x01\x00\x00\x00\x00\x00\x00"
      "\x7a\x02\x18\x02"s;
  const std::string bytes = EncodeOtlp("s", "v", std::vector<Span>{span});
  EXPECT_TRUE(bytes.ends_with(fields));
  EXPECT_NE(bytes.find("service.name"), std::string::npos);
}

TEST(OtlpTest, LengthsAboveAByteAreWrittenInSeveral) {
  const Span span = {.name = std::string(300, 'n')};
  const std::string bytes = EncodeOtlp("s", "v", std::vector<Span>{span});
  EXPECT_NE(bytes.find("\x2a\xac\x02nnn"), std::string::npos);
}

TEST(OtlpTest, ValuesOfEveryKindHaveTheirField) {
  const Span span = {
      .attributes =
          {
              {.key = "t", .value = "x"s},
              {.key = "b", .value = true},
              {.key = "i", .value = std::int64_t{-1}},
              {.key = "d", .value = 1.0},
              {.key = "l", .value = std::vector<std::string>{"y"}},
          },
  };
  const std::string bytes = EncodeOtlp("s", "v", std::vector<Span>{span});
  for (const std::string& value : {
           "\x12\x03\x0a\x01x"s,
           "\x12\x02\x10\x01"s,
           "\x12\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
           "\x12\x09\x21\x00\x00\x00\x00\x00\x00\xf0\x3f"s,
           "\x12\x07\x2a\x05\x0a\x03\x0a\x01y"s,
       }) {
    EXPECT_NE(bytes.find(value), std::string::npos) << testing::PrintToString(value);
  }
}

}  // namespace
}  // namespace extractd::observe
