#include "server/providers/prices/built_in_prices.h"

#include <gtest/gtest.h>

#include "server/registry/price_file.h"

namespace extractd::providers {
namespace {

TEST(BuiltInPricesTest, TheFileIsReadWholeAndNamesNoModelTwice) {
  const auto read = ParsePrices(kBuiltInPriceFile);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_GT(read->size(), 150U);
  EXPECT_EQ(PriceTable(*read).size(), read->size());
  EXPECT_EQ(BuiltInPrices().size(), read->size());
}

TEST(BuiltInPricesTest, CachedAndBatchTokensAreNeverDearerThanOthers) {
  for (const Price& price : BuiltInPrices()) {
    const std::string name = price.provider + "/" + price.model;
    EXPECT_LE(price.rates.cached_input.value_or(0), price.rates.input) << name;
    EXPECT_GE(price.rates.output, price.rates.input) << name;
    if (price.batch.has_value()) {
      EXPECT_LT(price.batch->input, price.rates.input) << name;
    }
    if (price.long_context.has_value()) {
      EXPECT_GE(price.long_context->rates.input, price.rates.input) << name;
    }
  }
}

TEST(BuiltInPricesTest, ModelsOfOnesOwnMachineAreFree) {
  const PriceTable table(BuiltInPrices());
  for (const char* provider : {"ollama", "llamacpp", "vllm", "lmstudio"}) {
    const Price* price = table.Find(provider, "anything");
    ASSERT_NE(price, nullptr) << provider;
    EXPECT_EQ(price->rates.output, 0);
  }
}

}  // namespace
}  // namespace extractd::providers
