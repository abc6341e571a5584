// What calls cost, as callers, the log and the metrics see it.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

// Replies report 100 input and 20 output tokens.
class PricesTest : public DaemonTest {
 protected:
  ~PricesTest() override { std::filesystem::remove(file_); }

  // The line that names a file with acme-1 at these rates.
  std::string Prices(std::string_view rates) const {
    std::ofstream(file_
    ) << fmt::format(R"({{"prices":[{{"provider":"acme","model":"acme-1",{}}}]}})", rates);
    return fmt::format("prices_file: {}\n", file_.string());
  }

  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / fmt::format("acme-prices-{}", ::getpid());
};

constexpr std::string_view kAcmeRates = R"("input":2.5,"output":10)";

TEST_F(PricesTest, AnUnknownPriceIsNotZero) {
  Script({ToolAnswer(kAda)});
  Start();
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->usage().has_cost_usd_micros());
  EXPECT_TRUE(result->usage().cost_incomplete());
  EXPECT_EQ(daemon->Metric(R"(extractd_cost_unknown_total{model="acme-1",provider="acme"})"), 1);
}

TEST_F(PricesTest, EachAttemptAndTheCallHaveTheirCost) {
  Script({ErrorReply(503), ToolAnswer(kAdaWithNegativeAge), ToolAnswer(kAda)});
  Start(Prices(kAcmeRates) + "initial_backoff_ms: 1\n");
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->attempts_size(), 3);
  EXPECT_EQ(result->attempts(0).usage().cost_usd_micros(), 0);
  EXPECT_EQ(result->attempts(1).usage().cost_usd_micros(), 450);
  EXPECT_EQ(result->attempts(2).usage().cost_usd_micros(), 450);
  EXPECT_EQ(result->usage().cost_usd_micros(), 900);
  EXPECT_FALSE(result->usage().cost_incomplete());
  EXPECT_TRUE(daemon->WaitForLog(R"("cost_usd_micros":900)"));
  EXPECT_DOUBLE_EQ(
      daemon->Metric(R"(extractd_cost_usd_total{model="acme-1",provider="acme"})"), 0.0009
  );
}

TEST_F(PricesTest, AFailedCallTellsItsCostToo) {
  Script({ToolAnswer(kAdaWithNegativeAge)});
  Start(Prices(kAcmeRates) + "max_reasks: 1\n");
  const auto result = client->Extract(PersonRequest());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().extraction->usage().cost_usd_micros(), 900);
}

TEST_F(PricesTest, NewPricesAreReadOnSighup) {
  Script({ToolAnswer(kAda)});
  Start(Prices(kAcmeRates));
  Prices(R"("input":1,"output":1)");
  daemon->Signal(SIGHUP);
  ASSERT_TRUE(daemon->WaitForLog("\"event\":\"reloaded\""));
  EXPECT_EQ(client->Extract(PersonRequest())->usage().cost_usd_micros(), 120);
}

TEST_F(PricesTest, AWrongFileIsRefusedAtStartWithItsPlace) {
  options.yaml = Yaml(Prices(R"("input":-1,"output":1)"), "");
  const fakes::DaemonProcess refused(options);
  EXPECT_FALSE(refused.serving());
  EXPECT_NE(refused.Log().find("prices_file: prices[0].input: must be USD"), std::string::npos)
      << refused.Log();
}

}  // namespace
}  // namespace extractd::integration
