// bench_streams: what one streamed answer with validated partials costs extractd, end to end over
// gRPC. The provider writes one chunk at a time, as fast as it is read; the daemon tells a message
// for each read; this process is provider and caller, and is not counted.
//
//   bench_streams                  tables, and what is missed of the budgets
//   bench_streams --json           the same as JSON, for a comparison with others
//   bench_streams --upstream-only  the provider alone: prints its URL, ends with stdin
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "extractd/v1/extraction_service.grpc.pb.h"
#include "tests/bench/e2e/child.h"
#include "tests/bench/e2e/cpu_clock.h"
#include "tests/bench/e2e/job.h"
#include "tests/bench/e2e/series.h"
#include "tests/bench/e2e/stream_upstream.h"
#include "tests/bench/long_answer.h"
#include "tests/fakes/daemon_process.h"

namespace extractd::bench {
namespace {

using std::chrono::steady_clock;

// An answer, and what it may cost: milliseconds of the server's CPU.
struct Size {
  std::string_view name = {};
  size_t bytes = 0;
  size_t chunks = 0;
  double budget_ms = 0;
  int times = 1;  // in one round
};
constexpr std::array kSizes = {
    Size{.name = "10 kB", .bytes = 10'000, .chunks = 700, .budget_ms = 6, .times = 20},
    Size{.name = "100 kB", .bytes = 100'000, .chunks = 6'800, .budget_ms = 60, .times = 4},
    Size{.name = "1 MB", .bytes = 1'000'000, .chunks = 68'000, .budget_ms = 630, .times = 1},
};
constexpr int kCoalesceMs = 20;
constexpr double kMaxGrowth = 10.5;   // from 100 kB to 1 MB
constexpr double kMaxStreamKb = 150;  // besides the answer
constexpr double kMaxFirstDeltaMicros = 300;

struct Options {
  int rounds = 5;
  int first_deltas = 200;
  int held = 300;
  double tolerance = 1;
  bool json = false;
  bool upstream_only = false;
  std::string profile;  // only streams of this name and coalescing, to look at with a profiler
};

[[noreturn]] void Die(const std::string& problem) {
  fmt::print(stderr, "bench_streams: {}\n", problem);
  std::exit(EXIT_FAILURE);
}

v1::ExtractStreamRequest RequestFor(std::string_view kind, const Size& size, int coalesce_ms) {
  v1::ExtractStreamRequest request;
  v1::ExtractRequest& extract = *request.mutable_request();
  extract.set_model(fmt::format("bench/{}-{}-{}", kind, size.bytes, size.chunks));
  extract.set_mode(v1::MODE_JSON_SCHEMA);
  extract.set_input(std::string(InvoiceText()));
  extract.mutable_schema()->set_json_schema(std::string(kLongAnswerSchema));
  if (coalesce_ms > 0) request.set_coalesce_ms(coalesce_ms);
  return request;
}

// One stream, read by whoever asks.
class Stream {
 public:
  Stream(v1::ExtractionService::Stub& stub, const v1::ExtractStreamRequest& request)
      : reader_(stub.ExtractStream(&context_, request)) {}

  // Reads until a delta, or the end: false.
  bool AwaitDelta() {
    while (Next()) {
      if (event_.has_delta()) return true;
    }
    return false;
  }
  // Reads to the end; ends the benchmark if that is no valid answer.
  void Finish() {
    while (Next()) {
    }
    const grpc::Status status = reader_->Finish();
    const bool valid = event_.has_result() && event_.result().valid();
    if (!status.ok() || !valid) Die("no valid answer: " + status.error_message());
  }
  int messages() const { return messages_; }

 private:
  bool Next() {
    if (!reader_->Read(&event_)) return false;
    ++messages_;
    return true;
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::ExtractStreamResponse>> reader_;
  v1::ExtractStreamResponse event_;
  int messages_ = 0;
};

// What streams of one size cost.
struct Row {
  const Size* size = nullptr;
  int coalesce_ms = 0;
  Series cpu_ms = {};
  Series messages = {};

  double budget_ms() const { return coalesce_ms > 0 ? size->budget_ms / 3 : size->budget_ms; }
};

fakes::DaemonProcess::Options DaemonOptions(const std::string& provider_url) {
  return {
      .yaml = fmt::format(
          "providers:\n  bench:\n    base_url: {}\n    default_model: stream-200-14\n"
          "    key_variable: BENCH_API_KEY\n    enforcement: openai_strict\n",
          provider_url
      ),
      .environment = {{"BENCH_API_KEY", std::string(kKey)}},
      .arguments = {"--listen", "127.0.0.1:0"},
  };
}

class Bench {
 public:
  explicit Bench(Options options)
      : options_(std::move(options)), daemon_(DaemonOptions(upstream_.url())) {
    if (!daemon_.serving()) Die("extractd does not serve:\n" + daemon_.Log());
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = v1::ExtractionService::NewStub(
        grpc::CreateCustomChannel(daemon_.address(), grpc::InsecureChannelCredentials(), arguments)
    );
    for (const Size& size : kSizes) {
      rows_.push_back({.size = &size});
      rows_.push_back({.size = &size, .coalesce_ms = kCoalesceMs});
    }
  }

  // False: a budget was missed.
  bool Run() {
    for (Row& row : rows_) StreamOnce(row);  // what is made once is not counted
    if (!options_.profile.empty()) return Profile();
    for (int round = 0; round < options_.rounds; ++round) {
      for (Row& row : rows_) Measure(row);
    }
    const Series first = MeasureFirstDeltas();
    const double held_kb = MeasureMemory();
    if (options_.json) {
      PrintJson(first, held_kb);
      return true;
    }
    PrintRows();
    return Judge(first, held_kb);
  }

 private:
  int StreamOnce(const Row& row) {
    Stream stream(*stub_, RequestFor("stream", *row.size, row.coalesce_ms));
    stream.Finish();
    return stream.messages();
  }

  void Measure(Row& row) {
    const auto begin = CpuTime(daemon_.pid());
    int messages = 0;
    for (int i = 0; i < row.size->times; ++i) messages += StreamOnce(row);
    const std::chrono::duration<double, std::milli> cpu = CpuTime(daemon_.pid()) - begin;
    row.cpu_ms.Add(cpu.count() / row.size->times);
    row.messages.Add(static_cast<double>(messages) / row.size->times);
  }

  // From the provider's first byte to the caller's first delta.
  Series MeasureFirstDeltas() {
    Series micros;
    const Size size = {.bytes = 1'000, .chunks = 70};
    for (int i = 0; i < options_.first_deltas; ++i) {
      Stream stream(*stub_, RequestFor("paced", size, 0));
      if (!stream.AwaitDelta()) Die("a stream without a delta");
      const auto now = steady_clock::now();
      micros.Add(std::chrono::duration<double, std::micro>(now - upstream_.first_byte()).count());
      stream.Finish();
    }
    return micros;
  }

  // What an open stream takes besides its answer, in kB: held ones against none.
  double MeasureMemory() {
    const Size size = {.bytes = 10'000, .chunks = 700};
    fakes::DaemonProcess fresh(DaemonOptions(upstream_.url()));
    const auto stub = v1::ExtractionService::NewStub(
        grpc::CreateChannel(fresh.address(), grpc::InsecureChannelCredentials())
    );
    Stream(*stub, RequestFor("stream", size, 0)).Finish();
    const double before = ResidentMb(fresh.pid());
    std::vector<std::unique_ptr<Stream>> streams;
    // One after the other, as streams open in life: what one needs for a moment, the next can use.
    for (int i = 0; i < options_.held; ++i) {
      Stream& stream =
          *streams.emplace_back(std::make_unique<Stream>(*stub, RequestFor("held", size, 0)));
      if (!stream.AwaitDelta()) Die("a stream without a delta");
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    const double open = ResidentMb(fresh.pid());
    upstream_.Release();
    for (const auto& stream : streams) stream->Finish();
    return (open - before) * 1e3 / options_.held - static_cast<double>(size.bytes) / 1e3;
  }

  // Keeps on streaming until it is killed.
  bool Profile() {
    const auto row = std::ranges::find_if(rows_, [this](const Row& one) {
      return options_.profile == fmt::format("{} {}", one.size->name, one.coalesce_ms);
    });
    if (row == rows_.end()) Die("no such streams");
    fmt::print("extractd: {}\n", daemon_.pid());
    std::fflush(stdout);
    for (;;) StreamOnce(*row);
  }

  static std::string NameOf(const Row& row) {
    if (row.coalesce_ms == 0) return std::string(row.size->name);
    return fmt::format("{}, coalesce_ms {}", row.size->name, row.coalesce_ms);
  }

  double Growth(int coalesce_ms) const {
    const auto median = [&](size_t bytes) {
      return std::ranges::find_if(
                 rows_,
                 [&](const Row& row) {
                   return row.size->bytes == bytes && row.coalesce_ms == coalesce_ms;
                 }
      )->cpu_ms.Median();
    };
    return median(1'000'000) / median(100'000);
  }

  void PrintRows() const {
    fmt::print(
        "CPU-ms of the server for one stream, median (min…max) of {} rounds\n\n"
        "| answer | chunks | messages | CPU-ms | budget |\n|---|---|---|---|---|\n",
        options_.rounds
    );
    for (const Row& row : rows_) {
      fmt::print(
          "| {} | {} | {} | {} | {:.1f} |\n",
          NameOf(row),
          row.size->chunks,
          row.messages.Text(0),
          row.cpu_ms.Text(2),
          row.budget_ms()
      );
    }
    fmt::print("\n");
  }

  bool Judge(const Series& first, double held_kb) const {
    bool good = true;
    const auto judge = [&](const std::string& what, double value, double budget) {
      const bool met = value <= budget * options_.tolerance;
      fmt::print(
          "{} {}: {:.2f} ≤ {:.2f}\n", value <= budget ? "ok    " : "MISSED", what, value, budget
      );
      good = good && met;
    };
    for (const Row& row : rows_)
      judge("CPU-ms, " + NameOf(row), row.cpu_ms.Median(), row.budget_ms());
    judge("growth from 100 kB to 1 MB", Growth(0), kMaxGrowth);
    judge(
        "µs from the provider's first byte to the first delta", first.Median(), kMaxFirstDeltaMicros
    );
    judge("kB for an open stream besides its answer", held_kb, kMaxStreamKb);
    return good;
  }

  void PrintJson(const Series& first, double held_kb) const {
    std::map<std::string, double> values;
    for (const Row& row : rows_) values["extractd " + NameOf(row)] = row.cpu_ms.Median();
    fmt::print("{{");
    for (const auto& [name, value] : values) fmt::print("\"{}\":{:.3f},", name, value);
    fmt::print("\"first_delta_us\":{:.1f},\"stream_kb\":{:.1f}}}\n", first.Median(), held_kb);
  }

  Options options_;
  StreamUpstream upstream_;
  fakes::DaemonProcess daemon_;
  std::unique_ptr<v1::ExtractionService::Stub> stub_;
  std::vector<Row> rows_;
};

int ServeUpstream() {
  const StreamUpstream upstream;
  fmt::print("{}\n", upstream.url());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  std::_Exit(EXIT_SUCCESS);  // connections may still be open
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("What one streamed answer costs extractd, end to end.");
  app.option_defaults()->always_capture_default();
  app.add_option("--rounds", options.rounds, "Rounds")->check(CLI::PositiveNumber);
  app.add_option("--first-deltas", options.first_deltas, "Streams whose first delta is timed");
  app.add_option("--held", options.held, "Streams open at once while memory is measured");
  app.add_option("--tolerance", options.tolerance, "Fail above so many times a budget");
  app.add_flag("--json", options.json, "Print the medians as JSON");
  app.add_flag("--upstream-only", options.upstream_only, "Only serve as a provider");
  app.add_option("--profile", options.profile, "Stream this for ever, e.g. \"100 kB 0\"");
  CLI11_PARSE(app, argc, argv);
  if (options.upstream_only) return ServeUpstream();
  return Bench(std::move(options)).Run() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace extractd::bench

int main(int argc, char** argv) {
  return extractd::bench::Main(argc, argv);
}
