#include "server/json/mend.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/json/describe_repairs.h"

namespace extractd::json {
namespace {

// The JSON, or "at <offset>: <message>".
std::string MendText(std::string_view text, MaxLoss max_loss = MaxLoss::kLossy) {
  const auto mended = Mend(text, max_loss);
  if (const auto* failure = std::get_if<MendFailure>(&mended)) {
    return "at " + std::to_string(failure->offset) + ": " + failure->message;
  }
  return std::get<Mended>(mended).json;
}

TEST(MendTest, StrictJsonStaysByteForByte) {
  for (const MaxLoss max_loss : {MaxLoss::kNone, MaxLoss::kLossless, MaxLoss::kLossy}) {
    EXPECT_EQ(MendText("\n{ \"a\": 1.50 }\n", max_loss), "{ \"a\": 1.50 }");
  }
  EXPECT_TRUE(std::get<Mended>(Mend("[1]", MaxLoss::kLossy)).repairs.empty());
}

TEST(MendTest, DamageIsMendedAndListed) {
  const auto mended = Mend("So: {'a': 1,}", MaxLoss::kLossless);
  EXPECT_EQ(std::get<Mended>(mended).json, R"({"a":1})");
  EXPECT_EQ(
      DescribeRepairs(std::get<Mended>(mended).repairs),
      "prose : So: -> \nquote /a: 'a' -> \"a\"\ntrailing_comma : , -> "
  );
}

TEST(MendTest, TheGateHolds) {
  EXPECT_EQ(MendText("{a:1}", MaxLoss::kNone), "at 1: expected a member name in double quotes");
  EXPECT_EQ(
      MendText("{\"a\":[007]}", MaxLoss::kLossless),
      "at 0: is JSON only with a change that loses data (number_form)"
  );
  EXPECT_EQ(MendText("{\"a\":[007]}"), R"({"a":[7]})");
}

TEST(MendTest, WhatEndsOpenIsClosedOnlyWithALoss) {
  EXPECT_EQ(MendText(R"({"a":[1,"x)"), R"({"a":[1,"x"]})");
  EXPECT_EQ(
      MendText(R"({"a":[1)", MaxLoss::kLossless),
      "at 7: is JSON only with a change that loses data (truncated)"
  );
  EXPECT_EQ(MendText("<think>hm {\"a\":1}? no"), "at 21: the text ends inside a think block");
}

TEST(MendTest, WithoutAnyValueItSaysSo) {
  EXPECT_EQ(MendText("I cannot do that."), "at 0: no JSON value in the text");
  EXPECT_EQ(MendText(""), "at 0: no JSON value in the text");
}

}  // namespace
}  // namespace extractd::json
