#include "server/service/rpc/wire_check.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "extractd/v1/extraction.pb.h"

namespace extractd {
namespace {

constexpr size_t kLimit = 1 << 20;

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

absl::Status Parse(const std::string& text, size_t limit = kLimit) {
  CaptureProtobufLog();
  v1::ExtractRequest request;
  grpc::ByteBuffer bytes = Bytes(text);
  return ParseRequest(bytes, limit, request);
}

Reason ReasonOf(const absl::Status& status) {
  return DetailsOf(status)->reason;
}

TEST(WireCheckTest, GoodBytesAreParsed) {
  v1::ExtractRequest sent;
  sent.set_input("grün");
  v1::ExtractRequest read;
  grpc::ByteBuffer bytes = Bytes(sent.SerializeAsString());
  ASSERT_TRUE(ParseRequest(bytes, kLimit, read).ok());
  EXPECT_EQ(read.input(), "grün");
}

// As gRPC has them of a request that came in several frames.
grpc::ByteBuffer InPieces(const std::string& text, size_t piece_bytes) {
  std::vector<grpc::Slice> pieces;
  for (size_t at = 0; at < text.size(); at += piece_bytes) {
    pieces.emplace_back(text.substr(at, piece_bytes));
  }
  return {pieces.data(), pieces.size()};
}

TEST(WireCheckTest, BytesInPiecesAreReadAsTheWholeAndMoreThanOnce) {
  for (const size_t size : {size_t{1'000}, size_t{200'000}}) {
    v1::ExtractRequest sent;
    sent.set_input(std::string(size, 'a'));
    grpc::ByteBuffer bytes = InPieces(sent.SerializeAsString(), size / 7);
    for (int time = 0; time < 2; ++time) {
      v1::ExtractRequest read;
      ASSERT_TRUE(ParseRequest(bytes, kLimit, read).ok());
      EXPECT_EQ(read.input(), sent.input());
    }
    sent.GetReflection()->MutableUnknownFields(&sent)->AddVarint(4711, 1);
    v1::ExtractRequest read;
    const absl::Status status =
        ParseRequest(InPieces(sent.SerializeAsString(), size / 7), kLimit, read);
    ASSERT_EQ(DetailsOf(status)->fields.size(), 1U);
    EXPECT_EQ(DetailsOf(status)->fields[0].field, "#4711");
  }
}

TEST(WireCheckTest, GarbageIsRefusedByTypeName) {
  const absl::Status status = Parse("\xFF\xFF\xFF garbage");
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidRequest);
  EXPECT_NE(status.message().find("extractd.v1.ExtractRequest"), std::string::npos) << status;
}

TEST(WireCheckTest, TextThatIsNotUtf8NamesItsField) {
  v1::ExtractRequest sent;
  sent.set_input("abc");
  std::string bytes = sent.SerializeAsString();
  bytes.back() = '\xFF';
  const absl::Status status = Parse(bytes);
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidRequest);
  ASSERT_EQ(DetailsOf(status)->fields.size(), 1U);
  EXPECT_EQ(DetailsOf(status)->fields[0].field, "input");
}

TEST(WireCheckTest, UnknownFieldsAreAllNamedWithTheirPaths) {
  v1::ExtractRequest sent;
  sent.GetReflection()->MutableUnknownFields(&sent)->AddVarint(21, 1);
  auto& retry = *sent.mutable_retry();
  retry.GetReflection()->MutableUnknownFields(&retry)->AddLengthDelimited(99, "x");
  auto& part = *sent.add_messages()->add_parts();
  part.GetReflection()->MutableUnknownFields(&part)->AddVarint(3, 1);
  const absl::Status status = Parse(sent.SerializeAsString());
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidRequest);
  std::vector<std::string> fields;
  const auto details = DetailsOf(status);
  for (const FieldViolation& violation : details->fields) fields.push_back(violation.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"#21", "messages[0].parts[0].#3", "retry.#99"}));
}

TEST(WireCheckTest, UnknownEnumNumbersAreNamed) {
  v1::ExtractRequest sent;
  sent.set_mode(static_cast<v1::Mode>(77));
  sent.mutable_retry()->add_retry_on(v1::RETRY_CONDITION_CONNECT);
  sent.mutable_retry()->add_retry_on(static_cast<v1::RetryCondition>(78));
  const auto details = DetailsOf(Parse(sent.SerializeAsString()));
  ASSERT_TRUE(details.has_value());
  ASSERT_EQ(details->fields.size(), 2U);
  EXPECT_EQ(details->fields[0], (FieldViolation{"mode", "Mode has no number 77"}));
  EXPECT_EQ(details->fields[1].field, "retry.retry_on[1]");
}

TEST(WireCheckTest, ViolationsAreBounded) {
  v1::ExtractRequest sent;
  for (int i = 100; i < 5000; ++i)
    sent.GetReflection()->MutableUnknownFields(&sent)->AddVarint(i, 1);
  EXPECT_LE(DetailsOf(Parse(sent.SerializeAsString()))->fields.size(), 20U);
}

TEST(WireCheckTest, TooLargeNamesLimitAndFlag) {
  const absl::Status status = Parse(std::string(101, 'x'), 100);
  EXPECT_EQ(ReasonOf(status), Reason::kMessageTooLarge);
  const auto details = DetailsOf(status);
  EXPECT_EQ(details->metadata[0], (std::pair<std::string, std::string>{"limit", "100"}));
  EXPECT_EQ(details->metadata[2].second, "--max-request-bytes");
}

}  // namespace
}  // namespace extractd
