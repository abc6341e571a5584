#include "server/base/status_code_name.h"

#include <absl/status/status.h>
#include <gtest/gtest.h>

namespace extractd {
namespace {

// abseil's codes have gRPC's numbers and names.
TEST(StatusCodeNameTest, EachCodeHasTheNameOfItsNumber) {
  constexpr int kCodes = 17;
  for (int code = 0; code < kCodes; ++code) {
    EXPECT_EQ(StatusCodeName(code), absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
  }
}

TEST(StatusCodeNameTest, ANumberThatIsNoCodeIsUnknown) {
  EXPECT_EQ(StatusCodeName(17), "UNKNOWN");
  EXPECT_EQ(StatusCodeName(-1), "UNKNOWN");
}

}  // namespace
}  // namespace extractd
