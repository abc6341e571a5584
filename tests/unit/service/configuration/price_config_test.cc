#include "server/service/configuration/price_config.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace extractd {
namespace {

class PriceConfigTest : public testing::Test {
 protected:
  ~PriceConfigTest() override { std::filesystem::remove(file_); }
  std::string File(std::string_view text) const {
    std::ofstream(file_) << text;
    return file_;
  }
  absl::StatusOr<std::shared_ptr<const PriceTable>> Load(const std::string& path) {
    return LoadPrices(path, {}, files_);
  }

  ConfigFiles files_;
  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("prices-" + std::to_string(::getpid()));
};

TEST_F(PriceConfigTest, WithoutAFileTheBuiltInPricesAreInForce) {
  const auto prices = Load("");
  ASSERT_TRUE(prices.ok()) << prices.status();
  EXPECT_NE((*prices)->Find("openai", "gpt-6-luna"), nullptr);
}

TEST_F(PriceConfigTest, AFileAddsPricesAndReplacesBuiltInOnes) {
  const auto prices =
      Load(File(R"({"prices":[{"provider":"openai","model":"gpt-6-luna","input":7,"output":8},)"
                R"({"provider":"acme","model":"*","input":1,"output":2}]})"));
  ASSERT_TRUE(prices.ok()) << prices.status();
  EXPECT_EQ((*prices)->Find("openai", "gpt-6-luna")->rates.input, 7'000'000);
  EXPECT_EQ((*prices)->Find("acme", "x")->rates.output, 2'000'000);
  EXPECT_EQ((*prices)->size(), (*Load(""))->size() + 1);
}

TEST_F(PriceConfigTest, AFileThatIsWrongIsRefused) {
  EXPECT_EQ(
      Load("/nowhere/prices.json").status().message(), "cannot be read: No such file or directory"
  );
  EXPECT_TRUE(absl::IsInvalidArgument(Load(File(R"({"prices":[{}]})")).status()));
}

}  // namespace
}  // namespace extractd
