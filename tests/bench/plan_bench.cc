// The preparation of a request: with a schema that was never seen, and with one that is cached.
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include "server/engine/plan.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"
#include "tests/fakes/run_task.h"

namespace extractd {
namespace {

// The rest of the request's costs are left out on both sides: nothing is opened.
class NoUpstreams final : public UpstreamFactory {
 public:
  absl::StatusOr<std::unique_ptr<Upstream>> Open(
      std::shared_ptr<const Handler> /*handler*/, const ModelFamily& /*family*/, bool /*dry_run*/
  ) override {
    return std::unique_ptr<Upstream>();
  }
};

// An invoice of 12 fields; `number` makes it one of many.
std::string InvoiceSchema(std::int64_t number) {
  constexpr std::string_view kFields =
      R"("number":{"type":"string","maxLength":40},"issued":{"type":"string","minLength":10},)"
      R"("due":{"type":["string","null"]},"seller":{"type":"string","minLength":1},)"
      R"("buyer":{"type":"string","minLength":1},"currency":{"enum":["EUR","USD","GBP","CHF"]},)"
      R"("net":{"type":"number","minimum":0},"tax":{"type":"number","minimum":0},)"
      R"("total":{"type":"number","minimum":0},"items":{"type":"integer","minimum":1},)"
      R"("paid":{"type":"boolean"},"notes":{"type":["string","null"]})";
  constexpr std::string_view kRequired =
      R"("number","issued","due","seller","buyer","currency","net","tax","total","items","paid")";
  return fmt::format(
      R"({{"$comment":"{}","type":"object","properties":{{{}}},"required":[{}]}})",
      number,
      kFields,
      kRequired
  );
}

class Preparation {
 public:
  Preparation() {
    const auto put =
        catalog_.Put({.name = "acme", .base_url = "https://llm.acme.example/v1", .modes = {"TOOLS"}}
        );
    if (!put.ok()) failure_ = put.ToString();
  }

  void Prepare(std::string schema) {
    ExtractCall call;
    call.model = "acme/tiny";
    call.json_schema = std::move(schema);
    call.messages = {{.role = Role::kUser, .text = "Invoice INV-2026-00417 of 2 November 2026"}};
    call.mode = "TOOLS";
    const auto plan = fakes::Await(loop_, planner_.MakePlan(std::move(call), settings_));
    if (!plan.ok()) failure_ = plan.status().ToString();
  }

  const std::string& failure() const { return failure_; }

 private:
  std::string failure_;
  asio::io_context loop_;
  asio::thread_pool pool_{1};
  Registry registry_;
  Catalog catalog_{registry_, &providers::FindDialect, {}};
  schema::SchemaCache schemas_{{}, pool_};
  schema::SchemaLibrary library_{size_t{1} << 20U};
  NoUpstreams upstreams_;
  SystemClock clock_;
  std::shared_ptr<const CallSettings> settings_ = std::make_shared<CallSettings>();
  Planner planner_{{catalog_, schemas_, library_, upstreams_, clock_}};
};

std::chrono::nanoseconds ThreadTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// Cold and cached requests in turn; "of_cold" must be at most a half.
void BM_PrepareRequest(benchmark::State& state) {
  Preparation preparation;
  const std::string cached = InvoiceSchema(0);
  preparation.Prepare(cached);
  std::int64_t number = 0;
  std::chrono::nanoseconds cold{};
  std::chrono::nanoseconds hit{};
  const auto time = [&](std::string schema, std::chrono::nanoseconds& sum) {
    const auto start = ThreadTime();
    preparation.Prepare(std::move(schema));
    sum += ThreadTime() - start;
  };
  for (auto _ : state) {
    time(InvoiceSchema(++number), cold);
    time(cached, hit);
  }
  if (!preparation.failure().empty()) state.SkipWithError(preparation.failure().c_str());
  const auto times = static_cast<double>(state.iterations());
  const double of_cold = static_cast<double>(hit.count()) / static_cast<double>(cold.count());
  state.counters["cold_us"] = static_cast<double>(cold.count()) / times / 1000;
  state.counters["hit_us"] = static_cast<double>(hit.count()) / times / 1000;
  state.counters["of_cold"] = of_cold;
  if (of_cold > 0.5) state.SkipWithError("a cached schema costs more than half of a new one");
}
BENCHMARK(BM_PrepareRequest);

}  // namespace
}  // namespace extractd
