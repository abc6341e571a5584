#include "server/service/stream/stream_options.h"

#include <optional>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

v1::ExtractStreamRequest Request() {
  v1::ExtractStreamRequest request;
  request.mutable_request()->set_input("x");
  return request;
}

std::vector<std::string> BadFields(const v1::ExtractStreamRequest& request) {
  std::vector<std::string> fields;
  const auto options = ReadStreamOptions(request);
  if (options.ok()) return fields;
  const std::optional<ErrorDetails> details = DetailsOf(options.status());
  for (const FieldViolation& violation : details->fields) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(StreamOptionsTest, DeltasAtOnceAreTheDefault) {
  const auto options = ReadStreamOptions(Request());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_FALSE(options->snapshot_interval.has_value());
  EXPECT_EQ(options->coalesce.count(), 0);
  EXPECT_FALSE(options->finish_invalid);
}

TEST(StreamOptionsTest, EveryFieldIsRead) {
  v1::ExtractStreamRequest request = Request();
  request.set_coalesce_ms(20);
  request.set_finish_invalid(true);
  const auto deltas = ReadStreamOptions(request);
  ASSERT_TRUE(deltas.ok());
  EXPECT_EQ(deltas->coalesce.count(), 20);
  EXPECT_TRUE(deltas->finish_invalid);
  request.clear_coalesce_ms();
  request.set_snapshot_interval_ms(50);
  EXPECT_EQ(ReadStreamOptions(request)->snapshot_interval, std::chrono::milliseconds(50));
}

TEST(StreamOptionsTest, EveryBadFieldIsNamedAtOnce) {
  v1::ExtractStreamRequest request;
  request.set_snapshot_interval_ms(19);
  request.set_coalesce_ms(-1);
  EXPECT_EQ(
      BadFields(request),
      (std::vector<std::string>{"request", "snapshot_interval_ms", "coalesce_ms", "coalesce_ms"})
  );
}

TEST(StreamOptionsTest, FieldsOfTheInnerRequestAreNamedAsSuch) {
  const absl::Status inner = MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{"schema.json_schema", "is required"}}}, "bad"
  );
  const absl::Status outer = WithOuterField(inner, "request");
  EXPECT_EQ(DetailsOf(outer)->fields.at(0).field, "request.schema.json_schema");
  EXPECT_EQ(outer.code(), inner.code());
}

TEST(ReadStreamOptionsTest, ADialogHasPartialsOnlyWhereTheyAreWanted) {
  v1::InteractiveStart start;
  start.mutable_request();
  auto options = ReadStreamOptions(start);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_FALSE(options->partials);
  EXPECT_EQ(options->review_timeout, std::chrono::minutes(1));
  start.set_include_partials(true);
  start.set_snapshot_interval_ms(20);
  start.set_review_timeout_ms(5);
  options = ReadStreamOptions(start);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_TRUE(options->partials);
  EXPECT_TRUE(options->snapshot_interval.has_value());
  EXPECT_EQ(options->review_timeout, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace extractd
