#include "server/engine/spending.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

constexpr std::int64_t kDollar = 1'000'000;

const Price& Acme() {
  static const Price price = {.rates = {.input = kDollar, .output = 2 * kDollar}};
  return price;
}

SendResult Fails(SendFailure failure, std::string cause = {}) {
  return {.failure = failure, .cause = std::move(cause)};
}

TEST(CostOfSendTest, AnAnswerCostsItsTokens) {
  const SendResult answer = {.reply = {.usage = {.input_tokens = 10, .output_tokens = 5}}};
  EXPECT_EQ(CostOfSend(&Acme(), answer).usd_micros(), 20);
  EXPECT_FALSE(CostOfSend(nullptr, answer).known());
  EXPECT_TRUE(CostOfSend(nullptr, answer).incomplete());
}

TEST(CostOfSendTest, TokensOfAFailureCountToo) {
  SendResult failure = Fails(SendFailure::kServerError);
  failure.reply.usage.input_tokens = 7;
  EXPECT_EQ(CostOfSend(&Acme(), failure).usd_micros(), 7);
}

TEST(CostOfSendTest, ARefusalCostsNothing) {
  for (const SendFailure failure :
       {SendFailure::kRateLimited,
        SendFailure::kServerError,
        SendFailure::kAuth,
        SendFailure::kRejected,
        SendFailure::kUnknownModel}) {
    const Cost cost = CostOfSend(&Acme(), Fails(failure));
    EXPECT_EQ(cost.usd_micros(), 0) << SendFailureName(failure);
    EXPECT_FALSE(cost.incomplete()) << SendFailureName(failure);
    EXPECT_EQ(CostOfSend(nullptr, Fails(failure)), Cost()) << SendFailureName(failure);
  }
  EXPECT_EQ(CostOfSend(&Acme(), Fails(SendFailure::kConnection, "refused")).usd_micros(), 0);
  EXPECT_EQ(CostOfSend(&Acme(), Fails(SendFailure::kTimeout, "connect")).usd_micros(), 0);
}

TEST(CostOfSendTest, ALostAnswerMayHaveCostAnything) {
  for (const SendResult& lost :
       {Fails(SendFailure::kTimeout, "first_byte"),
        Fails(SendFailure::kConnection, "reset"),
        Fails(SendFailure::kMalformed),
        Fails(SendFailure::kTooLarge),
        Fails(SendFailure::kCancelled),
        SendResult()}) {
    const Cost cost = CostOfSend(&Acme(), lost);
    EXPECT_FALSE(cost.known()) << SendFailureName(lost.failure);
    EXPECT_TRUE(cost.incomplete()) << SendFailureName(lost.failure);
  }
}

TEST(CostOfSendTest, WhatIsFreeIsFreeEvenIfItIsLost) {
  const Price free = {};
  const Cost cost = CostOfSend(&free, Fails(SendFailure::kTimeout, "total"));
  EXPECT_EQ(cost.usd_micros(), 0);
  EXPECT_FALSE(cost.incomplete());
}

Attempt Answered(std::int64_t output_tokens, bool stopped = false) {
  return {.usage = {.output_tokens = output_tokens}, .stopped = stopped};
}

TEST(TokensSavedTest, AStoppedAnswerIsTakenToBeAsLongAsTheOneThatFollowed) {
  EXPECT_EQ(TokensSaved({Answered(30, true), Answered(100)}), 70);
  EXPECT_EQ(TokensSaved({Answered(30, true), Answered(10, true), Answered(100)}), 160);
  EXPECT_EQ(TokensSaved({Answered(500), Answered(100)}), 0) << "nothing was stopped";
}

TEST(TokensSavedTest, WhereNoAnswerFollowedNothingIsKnown) {
  EXPECT_EQ(TokensSaved({Answered(30, true)}), 0);
  EXPECT_EQ(
      TokensSaved(
          {Answered(30, true), {.failure = SendFailure::kConnection, .usage = {.output_tokens = 90}}
          }
      ),
      0
  ) << "a lost one is no measure";
}

TEST(TokensSavedTest, AShorterAnswerCostsNothingBack) {
  EXPECT_EQ(TokensSaved({Answered(300, true), Answered(100)}), 0);
}

}  // namespace
}  // namespace extractd
