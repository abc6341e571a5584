// bench_e2e: what one extraction costs extractd, beside what it cannot do without. Round by round
// it measures the CPU time per request, user and system, of
//   echo          gRPC: a server that answers with the request's bytes, on a loop as extractd does,
//   client        extractd's HTTP client alone,
//   pass-through  gRPC, the same client and one fast read of the answer: no engine,
//   extractd      the daemon: mode TOOLS, an invoice of 12 fields, validated.
// The load comes from this process and the answers from a third one: neither is counted.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "extractd/v1/extraction.pb.h"
#include "tests/bench/e2e/child.h"
#include "tests/bench/e2e/grpc_load.h"
#include "tests/bench/e2e/job.h"
#include "tests/bench/e2e/series.h"
#include "tests/bench/e2e/startup.h"
#include "tests/fakes/daemon_process.h"

namespace extractd::bench {
namespace {

// A pass-through that costs more than this times its parts is no yardstick.
constexpr double kMaxYardstick = 1.5;

struct Options {
  int rounds = 7;
  double seconds = 1.5;
  std::vector<int> in_flight = {1, 16, 64};
  int starts = 20;
  double max_ratio = 1.5;
  double max_start_ms = 100;
  double max_idle_mb = 60;
  std::string system;  // only this one, to look at it with a profiler
};

void Expect(bool condition, const std::string& problem) {
  if (condition) return;
  fmt::print(stderr, "bench_e2e: {}\n", problem);
  std::exit(EXIT_FAILURE);
}

std::string Sibling(std::string_view name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

// The daemon as it comes, but for the provider.
fakes::DaemonProcess::Options DaemonOptions(const std::string& provider_url) {
  return {
      .yaml = fmt::format(
          "providers:\n  bench:\n    base_url: {}\n    default_model: bench-1\n"
          "    key_variable: BENCH_API_KEY\n    enforcement: openai_strict\n",
          provider_url
      ),
      .environment = {{"BENCH_API_KEY", std::string(kKey)}},
      .arguments = {"--listen", "127.0.0.1:0"},
  };
}

// A server under test and the load on it.
struct Server {
  Server(const std::string& program, const std::string& url)
      : child(std::in_place, std::vector{Sibling(program), url}),
        load(child->ReadLine(), child->pid()) {}
  explicit Server(const fakes::DaemonProcess& daemon) : load(daemon.address(), daemon.pid()) {}

  std::optional<Child> child;
  GrpcLoad load;
};

// What was measured with so many requests in flight.
struct Row {
  int in_flight = 0;
  Series echo = {};
  Series client = {};
  Series pass_through = {};
  Series extractd = {};
  Series yardstick = {};  // pass-through ÷ (echo + client) of the same round
  Series ratio = {};      // extractd ÷ pass-through of the same round
};

class Bench {
 public:
  explicit Bench(Options options)
      : options_(std::move(options)),
        upstream_({Sibling("bench_upstream")}),
        provider_(upstream_.ReadLine()),
        url_(provider_ + "/v1/chat/completions"),
        client_({Sibling("bench_http_load"), url_}),
        daemon_(DaemonOptions(provider_)) {
    Expect(daemon_.serving(), "extractd does not serve:\n" + daemon_.Log());
    idle_mb_ = ResidentMb(daemon_.pid());
  }

  // False: a limit was missed.
  bool Run() {
    echo_.emplace("bench_echo_server", "");
    pass_through_.emplace("bench_pass_through_server", url_);
    extractd_.emplace(daemon_);
    CheckAnswers();
    for (const int in_flight : options_.in_flight) rows_.push_back({.in_flight = in_flight});
    for (int round = 0; round < options_.rounds; ++round) {
      for (Row& row : rows_) MeasureRow(row);
    }
    const Series starts(MeasureStarts(options_.starts, daemon_.directory()));
    PrintRows();
    return Judge(starts);
  }

 private:
  // Each system does the job: what is measured is an answer, not an error.
  void CheckAnswers() {
    Expect(echo_->load.CallOnce() == ExtractRequestBytes(), "the echo is no echo");
    Expect(pass_through_->load.CallOnce() == InvoiceJson(), "the pass-through has no answer");
    v1::ExtractResponse response;
    Expect(response.ParseFromString(extractd_->load.CallOnce()), "extractd's reply is unreadable");
    Expect(
        response.valid() && response.json() == InvoiceJson() && response.mode() == v1::MODE_TOOLS &&
            response.attempts_size() == 1,
        "extractd's answer is wrong: " + response.ShortDebugString()
    );
  }

  bool Measures(std::string_view system) const {
    return options_.system.empty() || options_.system == system;
  }

  double MeasureServer(Server& server, int in_flight) const {
    const LoadResult result = server.load.Run(in_flight, options_.seconds);
    Expect(
        result.failures == 0, fmt::format("{} calls failed: {}", result.failures, result.failure)
    );
    Expect(result.requests > 0, "no call was answered in time");
    return result.CpuMicros();
  }

  double MeasureClient(int in_flight) {
    client_.WriteLine(fmt::format("{} {}", in_flight, options_.seconds));
    const std::string line = client_.ReadLine();
    double requests = 0;
    double micros = 0;
    Expect(std::sscanf(line.c_str(), "%lf %lf", &requests, &micros) == 2, "no figures: " + line);
    return micros / requests;
  }

  void MeasureRow(Row& row) {
    if (Measures("echo")) row.echo.Add(MeasureServer(*echo_, row.in_flight));
    if (Measures("client")) row.client.Add(MeasureClient(row.in_flight));
    if (Measures("pass-through")) {
      row.pass_through.Add(MeasureServer(*pass_through_, row.in_flight));
    }
    if (Measures("extractd")) row.extractd.Add(MeasureServer(*extractd_, row.in_flight));
    if (!options_.system.empty()) return;
    row.yardstick.Add(row.pass_through.Last() / (row.echo.Last() + row.client.Last()));
    row.ratio.Add(row.extractd.Last() / row.pass_through.Last());
  }

  void PrintRows() const {
    fmt::print(
        "CPU-µs per request, median (min…max) of {} rounds of {} s; ratios are of one round\n\n"
        "| in flight | gRPC echo | HTTP client | pass-through | extractd | "
        "pass-through ÷ (echo + client) | extractd ÷ pass-through "
        "|\n|---|---|---|---|---|---|---|\n",
        options_.rounds,
        options_.seconds
    );
    for (const Row& row : rows_) {
      fmt::print(
          "| {} | {} | {} | {} | {} | {} | {}{} |\n",
          row.in_flight,
          row.echo.Text(1),
          row.client.Text(1),
          row.pass_through.Text(1),
          row.extractd.Text(1),
          row.yardstick.Text(2),
          row.ratio.Text(2),
          row.yardstick.Median() > kMaxYardstick ? " does not count" : ""
      );
    }
  }

  bool Judge(const Series& starts) const {
    bool good = true;
    const auto judge = [&good](const std::string& what, const std::string& value, bool met) {
      fmt::print("{} {}: {}\n", met ? "ok    " : "MISSED", what, value);
      good = good && met;
    };
    fmt::print("\n");
    for (const Row& row : rows_) {
      if (row.in_flight == 1) continue;  // wake-ups and the load of the machine decide it
      judge(
          fmt::format("extractd ÷ pass-through at {} ≤ {}", row.in_flight, options_.max_ratio),
          row.ratio.Text(2),
          row.ratio.Median() <= options_.max_ratio
      );
    }
    judge(
        fmt::format("MB resident when idle ≤ {}", options_.max_idle_mb),
        fmt::format("{:.1f}, now {:.1f}", idle_mb_, ResidentMb(daemon_.pid())),
        idle_mb_ <= options_.max_idle_mb
    );
    judge(
        fmt::format("ms from start to SERVING ≤ {}", options_.max_start_ms),
        starts.Text(1),
        starts.Median() <= options_.max_start_ms
    );
    return good;
  }

  Options options_;
  Child upstream_;
  std::string provider_;
  std::string url_;
  Child client_;
  fakes::DaemonProcess daemon_;
  double idle_mb_ = 0;
  std::optional<Server> echo_;
  std::optional<Server> pass_through_;
  std::optional<Server> extractd_;
  std::vector<Row> rows_;
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("What one extraction costs extractd, beside what it cannot do without.");
  app.option_defaults()->always_capture_default();
  app.add_option("--rounds", options.rounds, "Rounds")->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "Length of one measurement");
  app.add_option("--in-flight", options.in_flight, "Requests in flight")->delimiter(',');
  app.add_option("--system", options.system, "Measure only echo, client, pass-through or extractd");
  app.add_option("--starts", options.starts, "Times that the daemon is started");
  app.add_option("--max-ratio", options.max_ratio, "Limit of extractd ÷ pass-through");
  app.add_option("--max-start-ms", options.max_start_ms, "Limit of the start");
  app.add_option("--max-idle-mb", options.max_idle_mb, "Limit of the memory when idle");
  CLI11_PARSE(app, argc, argv);
  return Bench(std::move(options)).Run() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace extractd::bench

int main(int argc, char** argv) {
  return extractd::bench::Main(argc, argv);
}
