#include "server/service/rpc/rpc_status.h"

#include <grpcpp/support/error_details.h>
#include <gtest/gtest.h>

#include "extractd/v1/error_reason.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/error.h"

namespace extractd {
namespace {

google::rpc::Status DetailsIn(const grpc::Status& status) {
  google::rpc::Status rich;
  EXPECT_TRUE(grpc::ExtractErrorDetails(status, &rich).ok());
  return rich;
}

template <class Detail>
std::optional<Detail> Find(const grpc::Status& status) {
  Detail detail;
  const google::rpc::Status rich = DetailsIn(status);
  for (const auto& any : rich.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

TEST(RpcStatusTest, ReasonsAreThoseOfTheApiByNumberAndName) {
  for (const ReasonRow& row : AllReasons()) {
    EXPECT_EQ(
        v1::ErrorReason_Name(static_cast<v1::ErrorReason>(row.reason)),
        "ERROR_REASON_" + std::string(row.name)
    );
  }
  EXPECT_EQ(
      static_cast<size_t>(v1::ErrorReason_descriptor()->value_count()), AllReasons().size() + 1
  );
}

TEST(RpcStatusTest, EveryErrorCarriesErrorInfoAndRequestInfo) {
  for (const ReasonRow& row : AllReasons()) {
    const grpc::Status status = ToGrpcStatus(MakeError(row.reason, "x"), "R1");
    EXPECT_EQ(static_cast<int>(status.error_code()), static_cast<int>(row.code)) << row.name;
    EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->reason(), row.name);
    EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->domain(), "extractd");
    EXPECT_EQ(Find<google::rpc::RequestInfo>(status)->request_id(), "R1");
  }
}

TEST(RpcStatusTest, DetailsBecomeTheirMessages) {
  const grpc::Status status = ToGrpcStatus(
      MakeError(
          {.reason = Reason::kProviderRateLimited,
           .metadata = {{"provider", "acme"}, {"docs_url", "https://acme.example"}, {"empty", ""}},
           .fields = {{"a.b", "wrong"}},
           .retry_after = std::chrono::milliseconds(1500)},
          "slow down"
      ),
      "R1"
  );
  EXPECT_EQ(Find<google::rpc::BadRequest>(status)->field_violations(0).field(), "a.b");
  EXPECT_EQ(Find<google::rpc::RetryInfo>(status)->retry_delay().seconds(), 1);
  EXPECT_EQ(Find<google::rpc::RetryInfo>(status)->retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(Find<google::rpc::QuotaFailure>(status)->violations(0).subject(), "provider:acme");
  EXPECT_EQ(Find<google::rpc::Help>(status)->links(0).url(), "https://acme.example");
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->metadata().size(), 1U);
}

TEST(RpcStatusTest, ForeignStatusIsAnInternalErrorWithoutItsText) {
  const grpc::Status status = ToGrpcStatus(absl::UnknownError("secret innards"), "R1");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message().find("innards"), std::string::npos);
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "R1").ok());
}

TEST(RpcStatusTest, DetailsAndMessageNeverPassTheirLimits) {
  ErrorDetails details = {.reason = Reason::kOutputInvalid};
  for (int i = 0; i < 30; ++i)
    details.metadata.emplace_back("k" + std::to_string(i), std::string(90, 'm'));
  for (int i = 0; i < 100; ++i)
    details.fields.push_back({std::string(300, 'f'), std::string(900, 'd')});
  v1::ExtractionFailure failure;
  for (int i = 0; i < 8; ++i) {
    v1::Attempt& attempt = *failure.add_attempts();
    attempt.set_number(i + 1);
    attempt.set_raw_text(std::string(10'000, 'r'));
    attempt.set_error_message(std::string(200, 'e'));
    for (int j = 0; j < 32; ++j) attempt.add_issues()->set_message(std::string(100, 'i'));
  }
  for (int i = 0; i < 8; ++i) failure.add_issues()->set_message(std::string(100, 'i'));
  failure.mutable_usage()->set_input_tokens(42);

  const grpc::Status full =
      ToGrpcStatus(MakeError(details, std::string(5000, 'x') + "\xC3"), "R1", &failure);
  EXPECT_LE(full.error_details().size(), kMaxDetailsBytes);
  EXPECT_LE(full.error_message().size(), kMaxStatusMessageBytes);

  const grpc::Status status =
      ToGrpcStatus(MakeError(Reason::kOutputInvalid, "still invalid"), "R1", &failure);
  EXPECT_LE(status.error_details().size(), kMaxDetailsBytes);
  const auto kept = Find<v1::ExtractionFailure>(status);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->usage().input_tokens(), 42) << "totals are complete whatever was left out";
  EXPECT_EQ(kept->attempts_size() + kept->omitted_attempts(), 8);
  EXPECT_EQ(kept->attempts(kept->attempts_size() - 1).number(), 8) << "the newest stay";
}

}  // namespace
}  // namespace extractd
