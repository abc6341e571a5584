// RepairJson as callers see it.
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class RepairJsonTest : public DaemonTest {
 protected:
  Result<v1::RepairJsonResponse> Repair(
      std::string text, v1::MaxLoss max_loss = v1::MAX_LOSS_UNSPECIFIED
  ) {
    v1::RepairJsonRequest request;
    request.set_text(std::move(text));
    request.set_max_loss(max_loss);
    return client->RepairJson(request);
  }
};

TEST_F(RepairJsonTest, DamageIsMendedAndListed) {
  Start();
  const auto repaired = Repair("Sure: {'a': 1, b: [1 2");
  ASSERT_TRUE(repaired.ok()) << repaired.failure().message;
  EXPECT_EQ(repaired->json(), R"({"a":1,"b":[1,2]})");
  ASSERT_EQ(repaired->repairs_size(), 5);
  EXPECT_EQ(repaired->repairs(4).kind(), "truncated");
  EXPECT_FALSE(repaired->repairs(4).lossless());
}

TEST_F(RepairJsonTest, StrictJsonComesBackAsItIs) {
  Start();
  const auto repaired = Repair(" { \"a\": 1.50 } ", v1::MAX_LOSS_NONE);
  ASSERT_TRUE(repaired.ok()) << repaired.failure().message;
  EXPECT_EQ(repaired->json(), "{ \"a\": 1.50 }");
  EXPECT_EQ(repaired->repairs_size(), 0);
}

TEST_F(RepairJsonTest, WhatNeedsMoreThanTheGateAllowsIsRefused) {
  Start();
  for (const auto& [text, max_loss] :
       {std::pair("{a: 1}", v1::MAX_LOSS_NONE),
        std::pair("[007]", v1::MAX_LOSS_LOSSLESS),
        std::pair("I cannot do that.", v1::MAX_LOSS_LOSSY)}) {
    const auto refused = Repair(text, max_loss);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_NE(refused.failure().message.find("text"), std::string::npos);
  }
}

}  // namespace
}  // namespace extractd::integration
