#include "server/engine/stream/told_items.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd {
namespace {

using Texts = std::vector<std::string>;

class ToldItemsTest : public ::testing::Test {
 protected:
  void Take(std::string json) { items_.Take({.json = std::move(json)}, Listener()); }
  bool Settle(const Texts& texts) {
    std::vector<Item> items;
    for (const std::string& text : texts) items.push_back({.json = text});
    return items_.Settle(items, Listener());
  }
  std::function<void(const Item&, size_t)> Listener() {
    return [this](const Item& item, size_t index) {
      EXPECT_EQ(index, told_.size());
      told_.push_back(item.json);
    };
  }

  ToldItems items_;
  Texts told_;
};

TEST_F(ToldItemsTest, WhatIsTakenIsToldAtOnceAndTheEndTellsTheRest) {
  items_.BeginAnswer();
  Take("1");
  EXPECT_EQ(told_, Texts{"1"});
  EXPECT_TRUE(Settle({"1", "2", "3"}));
  EXPECT_EQ(told_, (Texts{"1", "2", "3"}));
}

TEST_F(ToldItemsTest, AnEndThatTakesItemsBackIsRefused) {
  items_.BeginAnswer();
  Take("1");
  EXPECT_FALSE(Settle({"9", "2"}));
  EXPECT_FALSE(Settle({}));
  EXPECT_EQ(told_, Texts{"1"});
}

TEST_F(ToldItemsTest, AnotherAnswerGoesOn) {
  items_.BeginAnswer();
  Take("1");
  items_.BeginAnswer();
  Take("2");
  EXPECT_TRUE(Settle({"2", "3"}));
  EXPECT_EQ(told_, (Texts{"1", "2", "3"}));
  EXPECT_EQ(items_.passed_over(), 0U);
}

TEST_F(ToldItemsTest, AnAnswerThatGivesEverythingAgainIsPassedOver) {
  items_.BeginAnswer();
  Take("1");
  Take("2");
  items_.BeginAnswer();
  Take("1");
  Take("2");
  EXPECT_EQ(told_, (Texts{"1", "2"})) << "held until it is sure";
  Take("3");
  EXPECT_TRUE(Settle({"1", "2", "3"}));
  EXPECT_EQ(told_, (Texts{"1", "2", "3"}));
  EXPECT_EQ(items_.passed_over(), 2U);
}

TEST_F(ToldItemsTest, WhatOnlyBeginsLikeARepetitionIsNew) {
  items_.BeginAnswer();
  Take("1");
  Take("2");
  items_.BeginAnswer();
  Take("1");
  Take("5");
  EXPECT_EQ(told_, (Texts{"1", "2", "1", "5"}));
  EXPECT_TRUE(Settle({"1", "5"}));
  items_.BeginAnswer();
  EXPECT_TRUE(Settle({"1"})) << "nor does an answer that ends before it repeats all";
  EXPECT_EQ(told_, (Texts{"1", "2", "1", "5", "1"}));
}

TEST_F(ToldItemsTest, AnAnswerThatBrokeOffWhileItRepeatedAddsNothing) {
  items_.BeginAnswer();
  Take("1");
  Take("2");
  items_.BeginAnswer();
  Take("1");
  items_.BeginAnswer();
  EXPECT_TRUE(Settle({"3"}));
  EXPECT_EQ(told_, (Texts{"1", "2", "3"}));
}

TEST_F(ToldItemsTest, CallsThatWereToldBeforeTheAnswerAddNothing) {
  const auto take = [this](std::string tool, std::string json) {
    items_.TakeCall({.tool = std::move(tool), .json = std::move(json)}, Listener());
  };
  items_.BeginAnswer();
  take("a", "1");
  take("a", "1");
  EXPECT_EQ(told_, (Texts{"1", "1"})) << "equal calls of one answer are two";
  items_.BeginAnswer();
  take("a", "1");
  take("b", "1");
  EXPECT_EQ(told_, (Texts{"1", "1", "1"})) << "another tool's is another one";
  EXPECT_EQ(items_.before().size(), 2U);
}

TEST_F(ToldItemsTest, TheEndOfCallsTellsThoseBehindWhatWasTold) {
  const auto settle = [this](const Texts& texts) {
    std::vector<Item> calls;
    for (const std::string& text : texts) calls.push_back({.tool = "a", .json = text});
    return items_.SettleCalls(calls, Listener());
  };
  items_.BeginAnswer();
  items_.TakeCall({.tool = "a", .json = "1"}, Listener());
  EXPECT_FALSE(settle({"2", "1"}));
  EXPECT_FALSE(settle({}));
  EXPECT_TRUE(settle({"1", "2"}));
  EXPECT_EQ(told_, (Texts{"1", "2"}));
  EXPECT_EQ(items_.passed_over(), 0U);
}

}  // namespace
}  // namespace extractd
