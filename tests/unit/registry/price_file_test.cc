#include "server/registry/price_file.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "server/base/strings.h"

namespace extractd {
namespace {

std::string ProblemOf(std::string_view text) {
  return std::string(Std(ParsePrices(text).status().message()));
}

std::string WithMember(std::string_view member) {
  return R"({"prices":[{"provider":"acme","model":"m","input":1,"output":2,)" +
         std::string(member) + "}]}";
}

TEST(PriceFileTest, RatesAreReadExactly) {
  const auto prices = ParsePrices(R"({
    "as_of": "2026-11-21",
    "prices": [
      {"provider": "acme", "model": "m", "input": 2.5, "output": 10, "cached_input": 0.000001,
       "cache_write": 3.125,
       "long_context": {"above_input_tokens": 200000, "input": 5, "output": 15, "cached_input": 0.5},
       "batch": {"input": 1.25, "output": 5}}]})");
  ASSERT_TRUE(prices.ok()) << prices.status();
  const Price& price = prices->at(0);
  EXPECT_EQ(price.provider, "acme");
  EXPECT_EQ(price.rates.input, 2'500'000);
  EXPECT_EQ(price.rates.output, 10'000'000);
  EXPECT_EQ(price.rates.cached_input, 1);
  EXPECT_EQ(price.rates.cache_write, 3'125'000);
  EXPECT_EQ(price.long_context->above_input_tokens, 200'000);
  EXPECT_EQ(price.long_context->rates.cached_input, 500'000);
  EXPECT_EQ(price.batch->output, 5'000'000);
  EXPECT_FALSE(price.batch->cached_input.has_value());
}

TEST(PriceFileTest, EveryProblemNamesItsPlace) {
  EXPECT_TRUE(ProblemOf("{\n").starts_with("line 2: not JSON: ")) << ProblemOf("{\n");
  EXPECT_EQ(ProblemOf("{}"), "prices: must be a list of prices");
  EXPECT_EQ(ProblemOf("[]"), "prices: must be a list of prices");
  EXPECT_EQ(ProblemOf(R"({"prices":[1]})"), "prices[0].provider: is missing: a price is an object");
  EXPECT_EQ(
      ProblemOf(R"({"prices":[{"provider":"a","model":"m","input":1}]})"),
      "prices[0].output: is missing"
  );
  EXPECT_EQ(
      ProblemOf(WithMember(R"("cached_inputs":1)")),
      "prices[0].cached_inputs: unknown member; did you mean 'cached_input'?"
  );
  EXPECT_EQ(
      ProblemOf(WithMember(R"("batch":{"input":1,"output":1,"inputs":1})")),
      "prices[0].batch.inputs: unknown member; did you mean 'input'?"
  );
  EXPECT_EQ(
      ProblemOf(WithMember(R"("long_context":{"input":1,"output":1})")),
      "prices[0].long_context.above_input_tokens: must be a number of tokens above 0"
  );
  EXPECT_EQ(ProblemOf(WithMember(R"("batch":1)")), "prices[0].batch: must be an object");
  EXPECT_EQ(
      ProblemOf(R"({"prices":[{"provider":"","model":7,"input":1,"output":1}]})"),
      "prices[0].provider: must be a text\nprices[0].model: must be a text"
  );
}

TEST(PriceFileTest, ARateIsAPlainNumberInBounds) {
  for (const char* rate : {"-1", "1000001", "0.0000001", "1e2", "\"1\"", "null", "1e999999999"}) {
    const std::string problem = ProblemOf(WithMember(std::string(R"("cache_write":)") + rate));
    EXPECT_TRUE(problem.starts_with("prices[0].cache_write: must be USD per million")) << problem;
  }
  EXPECT_TRUE(ParsePrices(WithMember(R"("cache_write":1000000)")).ok());
}

TEST(PriceFileTest, TheListOfProblemsIsBounded) {
  std::string text = R"({"prices":[1)";
  for (int row = 0; row < 1'000; ++row) text += ",1";
  const std::string problems = ProblemOf(text + "]}");
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 19);
}

}  // namespace
}  // namespace extractd
