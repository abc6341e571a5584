#include "server/providers/dialects/failure_text.h"

#include <gtest/gtest.h>

#include "server/base/utf8.h"

namespace extractd::providers {
namespace {

TEST(FailureTextTest, WhatTheProviderSaysIsQuoted) {
  EXPECT_EQ(
      FailureText(SendFailure::kRejected, 400, "no such field"), "the provider says: no such field"
  );
}

TEST(FailureTextTest, WhatIsSaidOfCredentialsIsNot) {
  EXPECT_EQ(
      FailureText(SendFailure::kAuth, 401, "bad key sk-abc"),
      "the provider answered with status 401"
  );
}

TEST(FailureTextTest, WithoutWordsThereIsTheStatus) {
  EXPECT_EQ(
      FailureText(SendFailure::kServerError, 503, ""), "the provider answered with status 503"
  );
}

TEST(FailureTextTest, LongAndBrokenWordsAreCutToUtf8) {
  const std::string text = FailureText(SendFailure::kRejected, 400, "\xFF" + std::string(999, 'x'));
  EXPECT_TRUE(IsValidUtf8(text));
  EXPECT_LE(text.size(), kMaxQuotedFailureBytes + std::string_view("the provider says: ").size());
}

}  // namespace
}  // namespace extractd::providers
