#include "server/observe/redactor.h"

#include <chrono>

#include <gtest/gtest.h>

namespace extractd::observe {
namespace {

TEST(RedactorTest, EverySecretIsTakenOutWhereverItStands) {
  Redactor redactor;
  redactor.Protect(Secret("sk-first"));
  redactor.Protect(Secret("sk-second"));
  EXPECT_EQ(redactor.Redact("sk-first,sk-second;sk-first"), "[redacted],[redacted];[redacted]");
  EXPECT_TRUE(redactor.HoldsSecret("a sk-second"));
  EXPECT_FALSE(redactor.HoldsSecret("sk-third"));
  EXPECT_EQ(redactor.Redact("sk-third"), "sk-third");
}

TEST(RedactorTest, WhatIsAsShortAsAWordIsNotTaken) {
  Redactor redactor;
  redactor.Protect(Secret("token"));
  EXPECT_EQ(redactor.Redact("a token"), "a token");
}

TEST(RedactorTest, WhatExpiresIsForgottenWhenTheNextComes) {
  Redactor redactor;
  redactor.ProtectFor(Secret("sk-first"), std::chrono::seconds(-1));
  EXPECT_TRUE(redactor.HoldsSecret("sk-first"));
  redactor.Protect(Secret("sk-second"));
  EXPECT_FALSE(redactor.HoldsSecret("sk-first"));
}

TEST(RedactorTest, ProtectedAgainItStaysAsLongAsTheLongerOfBoth) {
  Redactor redactor;
  redactor.Protect(Secret("sk-first"));
  redactor.ProtectFor(Secret("sk-first"), std::chrono::seconds(-1));
  redactor.Protect(Secret("sk-second"));
  EXPECT_TRUE(redactor.HoldsSecret("sk-first"));
}

}  // namespace
}  // namespace extractd::observe
