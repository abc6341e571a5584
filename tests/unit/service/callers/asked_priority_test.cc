#include "server/service/callers/asked_priority.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include "extractd/v1/extraction_service.pb.h"

namespace extractd {
namespace {

// In pieces, as large messages come.
grpc::ByteBuffer Bytes(const std::string& text, size_t piece = 7) {
  std::vector<grpc::Slice> slices;
  for (size_t at = 0; at < text.size(); at += piece) slices.emplace_back(text.substr(at, piece));
  return {slices.data(), slices.size()};
}

v1::ExtractRequest Request(v1::Priority priority) {
  v1::ExtractRequest request;
  request.set_model("acme/acme-1");
  request.set_input(std::string(1000, 'x'));
  request.mutable_retry()->set_max_attempts(30);
  request.set_priority(priority);
  return request;
}

std::optional<Priority> Asked(std::string_view method, const std::string& bytes) {
  grpc::ByteBuffer buffer = Bytes(bytes);
  return AskedPriority(method, buffer);
}

TEST(AskedPriorityTest, IsFoundInCallsAndInStreams) {
  const v1::ExtractRequest high = Request(v1::PRIORITY_HIGH);
  EXPECT_EQ(Asked("Extract", high.SerializeAsString()), Priority::kHigh);
  v1::ExtractStreamRequest stream;
  *stream.mutable_request() = Request(v1::PRIORITY_LOW);
  EXPECT_EQ(Asked("ExtractStream", stream.SerializeAsString()), Priority::kLow);
}

TEST(AskedPriorityTest, WhatNamesNoneAsksForNone) {
  EXPECT_EQ(Asked("Extract", Request(v1::PRIORITY_UNSPECIFIED).SerializeAsString()), std::nullopt);
  EXPECT_EQ(Asked("Extract", ""), std::nullopt);
  EXPECT_EQ(Asked("PullModel", Request(v1::PRIORITY_HIGH).SerializeAsString()), std::nullopt);
  EXPECT_EQ(
      Asked("Extract", Request(static_cast<v1::Priority>(77)).SerializeAsString()), std::nullopt
  );
}

TEST(AskedPriorityTest, TheRequestIsStillThereAfterwards) {
  grpc::ByteBuffer buffer = Bytes(Request(v1::PRIORITY_HIGH).SerializeAsString());
  const size_t before = buffer.Length();
  EXPECT_EQ(AskedPriority("Extract", buffer), Priority::kHigh);
  EXPECT_EQ(AskedPriority("Extract", buffer), Priority::kHigh);
  EXPECT_EQ(buffer.Length(), before);
}

TEST(AskedPriorityTest, BytesThatAreNoMessageAskForNoneOrForWhatCouldBeRead) {
  const std::string bytes = Request(v1::PRIORITY_HIGH).SerializeAsString();
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(Asked("Extract", bytes.substr(0, length)), std::nullopt) << length;
  }
  EXPECT_EQ(Asked("ExtractStream", std::string(64, '\xff')), std::nullopt);
}

TEST(GrantedPriorityTest, IsNeverAboveThePrincipals) {
  const Principal normal;
  const Principal high = {.priority = Priority::kHigh};
  EXPECT_EQ(GrantedPriority(Priority::kHigh, &normal), Priority::kNormal);
  EXPECT_EQ(GrantedPriority(Priority::kLow, &normal), Priority::kLow);
  EXPECT_EQ(GrantedPriority(Priority::kNormal, &high), Priority::kNormal);
  EXPECT_EQ(GrantedPriority(std::nullopt, &high), Priority::kHigh);
  EXPECT_EQ(GrantedPriority(std::nullopt, nullptr), Priority::kNormal);
  EXPECT_EQ(GrantedPriority(Priority::kHigh, nullptr), Priority::kHigh);
}

}  // namespace
}  // namespace extractd
