#include "server/base/error.h"

#include <set>

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(ErrorTest, DetailsSurviveTheStatus) {
  const ErrorDetails details = {
      .reason = Reason::kInvalidSchema,
      .metadata = {{"pointer", "/properties/a:1"}, {"line", "3"}, {"empty", ""}},
      .fields = {{"schema.json_schema", "7:not 10: a size"}},
      .retry_after = std::chrono::milliseconds(1500),
  };
  const absl::Status status = MakeError(details, "bad schema");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "bad schema");
  EXPECT_EQ(DetailsOf(status), details);
}

TEST(ErrorTest, NoWaitAndAZeroWaitAreDifferent) {
  EXPECT_FALSE(DetailsOf(MakeError(Reason::kCancelled, "gone"))->retry_after.has_value());
  const ErrorDetails at_once = {
      .reason = Reason::kProviderRateLimited, .retry_after = std::chrono::milliseconds(0)
  };
  EXPECT_EQ(DetailsOf(MakeError(at_once, "again"))->retry_after, std::chrono::milliseconds(0));
}

TEST(ErrorTest, ForeignStatusHasNoDetails) {
  EXPECT_FALSE(DetailsOf(absl::InternalError("x")).has_value());
  EXPECT_FALSE(DetailsOf(absl::OkStatus()).has_value());
}

TEST(ErrorTest, EveryReasonHasOneNameAndOneCode) {
  std::set<std::string_view> names;
  for (const ReasonRow& row : AllReasons()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_NE(row.code, absl::StatusCode::kUnknown) << row.name;
    EXPECT_EQ(ReasonName(row.reason), row.name);
    EXPECT_EQ(ReasonCode(row.reason), row.code);
  }
}

}  // namespace
}  // namespace extractd
