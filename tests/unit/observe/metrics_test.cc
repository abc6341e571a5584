#include "server/observe/metrics.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::observe {
namespace {

TEST(MetricsTest, CountersMoveByLabel) {
  Metrics metrics;
  metrics.rpc_requests.Add({"Extract", "OK"});
  metrics.rpc_requests.Add({"Extract", "OK"}, 2);
  metrics.rpc_requests.Add({"Render", "OK"});
  const std::string page = metrics.Text();
  EXPECT_NE(
      page.find(R"(extractd_rpc_requests_total{code="OK",method="Extract"} 3)"), std::string::npos
  ) << page;
  EXPECT_NE(
      page.find(R"(extractd_rpc_requests_total{code="OK",method="Render"} 1)"), std::string::npos
  );
  EXPECT_NE(page.find("# TYPE extractd_rpc_requests_total counter"), std::string::npos);
}

TEST(MetricsTest, LabelsThatLookAlikeAreCountedApart) {
  Metrics metrics;
  // More than a thread remembers, of equal length and end; and names that only the border between
  // two labels tells apart.
  for (int round = 0; round < 3; ++round) {
    for (int i = 100; i < 400; ++i) {
      const std::string model = std::to_string(i) + "-model";
      metrics.cost.Add({"acme", model}, i);
      metrics.cost_unknown.Add({"acme", model});
    }
    metrics.cost.Add({"ab", "c"});
    metrics.cost.Add({"a", "bc"}, 2);
  }
  const std::string page = metrics.Text();
  for (int i = 100; i < 400; ++i) {
    const std::string labels = "{model=\"" + std::to_string(i) + "-model\",provider=\"acme\"} ";
    EXPECT_NE(
        page.find("extractd_cost_usd_total" + labels + std::to_string(3 * i) + "\n"), page.npos
    );
    EXPECT_NE(page.find("extractd_cost_unknown_total" + labels + "3\n"), page.npos);
  }
  EXPECT_NE(page.find("extractd_cost_usd_total{model=\"c\",provider=\"ab\"} 3\n"), page.npos);
  EXPECT_NE(page.find("extractd_cost_usd_total{model=\"bc\",provider=\"a\"} 6\n"), page.npos);
}

TEST(MetricsTest, NothingIsRememberedOfMetricsThatAreGone) {
  for (int i = 0; i < 3; ++i) {
    Metrics metrics;
    metrics.repairs.Add({"fence"});
    EXPECT_NE(metrics.Text().find("extractd_repair_total{kind=\"fence\"} 1\n"), std::string::npos);
  }
}

TEST(MetricsTest, GaugesGoUpAndDown) {
  Metrics metrics;
  metrics.in_flight.Add({}, 2);
  metrics.in_flight.Add({}, -1);
  EXPECT_NE(metrics.Text().find("extractd_in_flight 1\n"), std::string::npos);
  metrics.in_flight.Set({}, 7);
  EXPECT_NE(metrics.Text().find("extractd_in_flight 7\n"), std::string::npos);
}

TEST(MetricsTest, HistogramsHaveBuckets) {
  Metrics metrics;
  metrics.overhead.Observe({}, 0.0002);
  const std::string page = metrics.Text();
  EXPECT_NE(page.find(R"(extractd_overhead_seconds_bucket{le="0.0001"} 0)"), std::string::npos)
      << page;
  EXPECT_NE(page.find(R"(extractd_overhead_seconds_bucket{le="0.00025"} 1)"), std::string::npos);
  EXPECT_NE(page.find("extractd_overhead_seconds_count 1"), std::string::npos);
}

TEST(MetricsTest, SourcesAreAskedAtEachReadAndGroupedByName) {
  Metrics metrics;
  int asked = 0;
  metrics.AddSource([&asked] {
    ++asked;
    return std::vector<Sample>{
        {.name = "things", .help = "Things.", .labels = {{"kind", "a"}}, .value = 1},
        {.name = "other_total", .kind = MetricKind::kCounter, .value = 5},
        {.name = "things", .help = "Things.", .labels = {{"kind", "b"}}, .value = 2},
    };
  });
  metrics.Text();
  const std::string page = metrics.Text();
  EXPECT_EQ(asked, 2);
  EXPECT_NE(page.find(R"(extractd_things{kind="a"} 1)"), std::string::npos) << page;
  EXPECT_NE(page.find(R"(extractd_things{kind="b"} 2)"), std::string::npos);
  EXPECT_EQ(page.find("# TYPE extractd_things"), page.rfind("# TYPE extractd_things"));
}

TEST(MetricsTest, ThreadsMayCountTogether) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&metrics, t] {
      for (int i = 0; i < 1000; ++i) metrics.repairs.Add({t % 2 == 0 ? "a" : "b"});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(metrics.Text().find(R"(extractd_repair_total{kind="a"} 4000)"), std::string::npos);
}

}  // namespace
}  // namespace extractd::observe
