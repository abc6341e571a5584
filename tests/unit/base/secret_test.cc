#include "server/base/secret.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(SecretTest, ScrubsEveryOccurrence) {
  const Secret key("sk-1");
  EXPECT_EQ(key.ScrubFrom("sk-1 and 'sk-1'"), "[redacted] and '[redacted]'");
  EXPECT_EQ(key.ScrubFrom("nothing"), "nothing");
  EXPECT_EQ(Secret().ScrubFrom("nothing"), "nothing");
}

TEST(SecretTest, ScrubEndsWhenTheMarkHoldsTheSecret) {
  EXPECT_EQ(Secret("red").ScrubFrom("red red"), "[redacted] [redacted]");
}

TEST(SecretTest, IsNoText) {
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string>));
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string_view>));
  EXPECT_EQ(Secret("x").Reveal(), "x");
}

}  // namespace
}  // namespace extractd
