#include "server/registry/prices.h"

#include <limits>

#include <gtest/gtest.h>

namespace extractd {
namespace {

// 2.50 USD in, 10 USD out, 0.25 USD cached and 3.125 USD written per million tokens.
Price Acme() {
  return {
      .provider = "acme",
      .model = "acme-large",
      .rates =
          {.input = 2'500'000,
           .output = 10'000'000,
           .cached_input = 250'000,
           .cache_write = 3'125'000},
      .long_context = LongContext{1'000, {.input = 5'000'000, .output = 15'000'000}},
      .batch = Rates{.input = 1'250'000, .output = 5'000'000},
  };
}

std::int64_t Micros(const Price& price, const Usage& usage, Service service = Service::kLive) {
  return CostOf(&price, usage, service).usd_micros().value_or(-1);
}

TEST(CostOfTest, EachKindOfTokenHasItsRate) {
  const Price acme = Acme();
  EXPECT_EQ(Micros(acme, {.input_tokens = 100, .output_tokens = 20}), 250 + 200);
  EXPECT_EQ(
      Micros(acme, {.input_tokens = 100, .output_tokens = 20, .cached_input_tokens = 60}),
      100 + 15 + 200
  );
  EXPECT_EQ(
      Micros(
          acme, {.input_tokens = 100, .cached_input_tokens = 20, .cache_write_input_tokens = 40}
      ),
      100 + 5 + 125
  );
}

TEST(CostOfTest, ReasoningIsPartOfTheOutput) {
  EXPECT_EQ(Micros(Acme(), {.output_tokens = 20, .reasoning_tokens = 15}), 200);
}

TEST(CostOfTest, AMissingRateOfCachedTokensIsThatOfTheInput) {
  Price acme = Acme();
  acme.rates.cached_input.reset();
  acme.rates.cache_write.reset();
  const Cost cost = CostOf(
      &acme, {.input_tokens = 100, .cached_input_tokens = 60, .cache_write_input_tokens = 10}
  );
  EXPECT_EQ(cost.usd_micros(), 250);
  EXPECT_FALSE(cost.incomplete());
}

TEST(CostOfTest, AboveTheThresholdAllTokensCostTheRatesOfLongContexts) {
  const Price acme = Acme();
  EXPECT_EQ(Micros(acme, {.input_tokens = 1'000, .output_tokens = 10}), 2'500 + 100);
  EXPECT_EQ(Micros(acme, {.input_tokens = 1'001, .output_tokens = 10}), 5'005 + 150);
  const Cost written = CostOf(&acme, {.input_tokens = 1'001, .cache_write_input_tokens = 1});
  EXPECT_TRUE(written.incomplete()) << "what writing costs there is not known";
}

TEST(CostOfTest, BatchHasItsOwnRatesOrIsALowerBound) {
  Price acme = Acme();
  const Usage usage = {.input_tokens = 100, .output_tokens = 20};
  EXPECT_EQ(Micros(acme, usage, Service::kBatch), 125 + 100);
  EXPECT_TRUE(CostOf(&acme, {.input_tokens = 2'000}, Service::kBatch).incomplete());
  acme.batch.reset();
  EXPECT_TRUE(CostOf(&acme, usage, Service::kBatch).incomplete());
}

TEST(CostOfTest, HalfAMicroIsRoundedUpOnceFromTheExactSum) {
  Price price = {.rates = {.input = 100'000}};  // 0.1 micro-dollars a token
  EXPECT_EQ(Micros(price, {.input_tokens = 4}), 0);
  EXPECT_EQ(Micros(price, {.input_tokens = 5}), 1);
  Cost sum;
  for (int call = 0; call < 3; ++call) sum += CostOf(&price, {.input_tokens = 4});
  EXPECT_EQ(sum.usd_micros(), 1) << "0.4 + 0.4 + 0.4 = 1.2, not 0 + 0 + 0";
}

TEST(CostOfTest, AnUnknownPriceIsNoPrice) {
  const Cost unknown = CostOf(nullptr, {.input_tokens = 100});
  EXPECT_EQ(unknown.usd_micros(), std::nullopt);
  EXPECT_TRUE(unknown.incomplete());
  const Price acme = Acme();
  Cost sum = CostOf(&acme, {.input_tokens = 100});
  EXPECT_FALSE(sum.incomplete());
  sum += unknown;
  EXPECT_EQ(sum.usd_micros(), 250);
  EXPECT_TRUE(sum.incomplete());
}

TEST(CostOfTest, FreeIsAPrice) {
  const Price free = {.rates = {.cached_input = 0, .cache_write = 0}};
  EXPECT_EQ(Micros(free, {.input_tokens = 100, .output_tokens = 20}), 0);
}

TEST(CostOfTest, CountsThatCannotBeAreNeitherCreditNorOverflow) {
  const Price acme = Acme();
  EXPECT_EQ(Micros(acme, {.input_tokens = -5, .output_tokens = -5}), 0);
  EXPECT_EQ(Micros(acme, {.input_tokens = 100, .cached_input_tokens = 1'000}), 25);
  EXPECT_EQ(
      Micros(
          acme, {.input_tokens = 100, .cached_input_tokens = 100, .cache_write_input_tokens = 9}
      ),
      25
  );
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Micros(acme, {.input_tokens = kMost, .output_tokens = kMost}), kMost);
}

class PriceTableTest : public testing::Test {
 protected:
  static Price Named(std::string model, std::int64_t input) {
    return {.provider = "acme", .model = std::move(model), .rates = {.input = input}};
  }
  // The input rate of the price that is found; -1: none is.
  std::int64_t Find(std::string_view model) const {
    const Price* price = table_.Find("acme", model);
    return price == nullptr ? -1 : price->rates.input;
  }

  PriceTable table_{
      {Named("m-5", 1),
       Named("m-5-mini", 2),
       Named("vendor/*", 3),
       Named("vendor/big-*", 4),
       Named("vendor/big-one", 5)}
  };
};

TEST_F(PriceTableTest, ANameStandsForItsVersionsButForNoOtherModel) {
  EXPECT_EQ(Find("m-5"), 1);
  for (const char* version :
       {"m-5-2026-08-06", "m-5-20260806", "m-5@20260806", "m-5-001", "m-5-0709", "m-5-latest"}) {
    EXPECT_EQ(Find(version), 1) << version;
  }
  EXPECT_EQ(Find("m-5-mini"), 2);
  EXPECT_EQ(Find("m-5-mini-2026-08-06"), 2);
  for (const char* other :
       {"m-5-5", "m-5-pro", "m-5-70b", "m-5-2026-x", "m-5-", "m-5x", "m-55", "m", "", "m-5-123-"}) {
    EXPECT_EQ(Find(other), -1) << other;
  }
}

TEST_F(PriceTableTest, AStarStandsForTheRestAndTheLongestNameCounts) {
  EXPECT_EQ(Find("vendor/small"), 3);
  EXPECT_EQ(Find("vendor/"), 3);
  EXPECT_EQ(Find("vendor/big-two"), 4);
  EXPECT_EQ(Find("vendor/big-one"), 5);
  EXPECT_EQ(Find("vendor"), -1);
}

TEST_F(PriceTableTest, AStarAloneIsEveryModelOfTheProvider) {
  const PriceTable table({Named("*", 7)});
  EXPECT_EQ(table.Find("acme", "anything")->rates.input, 7);
  EXPECT_EQ(table.Find("other", "anything"), nullptr);
}

TEST_F(PriceTableTest, TheLaterPriceOfAModelCounts) {
  const PriceTable table({Named("m", 1), Named("n", 2), Named("m", 3)});
  EXPECT_EQ(table.Find("acme", "m")->rates.input, 3);
  EXPECT_EQ(table.size(), 2U);
}

}  // namespace
}  // namespace extractd
