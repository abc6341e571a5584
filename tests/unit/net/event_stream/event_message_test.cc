#include "server/net/event_stream/event_message.h"

#include <gtest/gtest.h>

#include "tests/fakes/event_frames.h"
#include "tests/fakes/vectors.h"

namespace extractd::net {
namespace {

using fakes::BigEndian, fakes::StringHeader;

std::string Header(std::string_view name, EventHeaderType type, std::string_view value) {
  std::string header = BigEndian(name.size(), 1);
  header.append(name).append(BigEndian(static_cast<std::uint8_t>(type), 1)).append(value);
  return header;
}

TEST(EventMessageTest, EveryTypeOfHeaderIsReadWithItsSign) {
  const std::string block =
      Header("yes", EventHeaderType::kTrue, "") + Header("no", EventHeaderType::kFalse, "") +
      Header("i8", EventHeaderType::kInt8, "\xFE") +
      Header("i16", EventHeaderType::kInt16, "\xFF\xFD") +
      Header("i32", EventHeaderType::kInt32, "\xFF\xFF\xFF\xFC") +
      Header("i64", EventHeaderType::kInt64, BigEndian(static_cast<std::uint64_t>(-5), 8)) +
      Header("bytes", EventHeaderType::kBytes, BigEndian(2, 2) + "ab") +
      Header("text", EventHeaderType::kString, BigEndian(0, 2)) +
      Header("time", EventHeaderType::kTimestamp, BigEndian(1'700'000'000'123, 8)) +
      Header("id", EventHeaderType::kUuid, "0123456789abcdef");
  const auto headers = ReadEventHeaders(block);
  ASSERT_TRUE(headers.ok()) << headers.status();
  const std::vector<std::int64_t> integers = {1, 0, -2, -3, -4, -5, 0, 0, 1'700'000'000'123, 0};
  ASSERT_EQ(headers->size(), integers.size());
  for (size_t i = 0; i < integers.size(); ++i) EXPECT_EQ((*headers)[i].integer, integers[i]) << i;
  EXPECT_EQ((*headers)[6].text, "ab");
  EXPECT_EQ((*headers)[7].text, "");
  EXPECT_EQ((*headers)[9].text, "0123456789abcdef");
}

TEST(EventMessageTest, ABlockThatEndsInsideAHeaderIsRefusedWhereverItEnds) {
  const std::string block =
      Header("n", EventHeaderType::kInt32, "1234") + StringHeader("ab", "xyz");
  const size_t first = Header("n", EventHeaderType::kInt32, "1234").size();
  for (size_t end = 1; end < block.size(); ++end) {
    EXPECT_EQ(ReadEventHeaders(block.substr(0, end)).ok(), end == first) << end;
  }
  EXPECT_TRUE(ReadEventHeaders("")->empty());
}

TEST(EventMessageTest, UnknownTypesAndNamelessHeadersAreRefused) {
  EXPECT_FALSE(ReadEventHeaders(BigEndian(1, 1) + "n" + BigEndian(10, 1)).ok());
  EXPECT_FALSE(ReadEventHeaders(BigEndian(0, 1) + BigEndian(0, 1)).ok());
}

TEST(EventMessageTest, EventsExceptionsAndErrorsAreNamedByTheirOwnHeaders) {
  const auto message = [](const std::string& block) {
    EventMessage read = {.payload = "{}"};
    read.headers = *ReadEventHeaders(block);
    return read;
  };
  const std::string event =
      StringHeader(":event-type", "metadata") + StringHeader(":message-type", "event");
  EXPECT_EQ(message(event).name(), "metadata");
  EXPECT_EQ(message(event).data(), "{}");
  const std::string exception = StringHeader(":exception-type", "throttlingException") +
                                StringHeader(":message-type", "exception");
  EXPECT_EQ(message(exception).name(), "throttlingException");
  EXPECT_EQ(message(exception).data(), "{}");
  const std::string error = StringHeader(":error-code", "InternalError") +
                            StringHeader(":error-message", "it broke") +
                            StringHeader(":message-type", "error");
  EXPECT_EQ(message(error).name(), "InternalError");
  EXPECT_EQ(message(error).data(), "it broke");
  EXPECT_EQ(message("").name(), "");
}

TEST(EventMessageTest, TheVectorOfAllHeaderTypesIsReadAsAnotherImplementationReadIt) {
  REQUIRE_VECTORS();
  const nlohmann::json vector = ReadVectors()["eventstream"]["all_header_types"];
  const std::string frame = FromHex(vector["hex"]);
  const std::string block = frame.substr(12, frame.size() - 16);
  const auto headers =
      ReadEventHeaders(std::string_view(block).substr(0, static_cast<unsigned char>(frame[7])));
  ASSERT_TRUE(headers.ok()) << headers.status();
  const nlohmann::json& decoded = vector["decoded_by_botocore"];
  EXPECT_EQ(headers->size(), decoded.size());
  for (const EventHeader& header : *headers) {
    const nlohmann::json& expected = decoded[std::string(header.name)];
    if (expected.is_string() && header.type != EventHeaderType::kString) {
      EXPECT_EQ(FromHex(expected), header.text) << header.name;
    } else if (expected.is_string()) {
      EXPECT_EQ(expected.get<std::string>(), header.text) << header.name;
    } else {
      const std::int64_t number =
          expected.is_boolean() ? expected.get<bool>() : expected.get<std::int64_t>();
      EXPECT_EQ(number, header.integer) << header.name;
    }
  }
}

}  // namespace
}  // namespace extractd::net
