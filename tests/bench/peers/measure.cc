// Times this project's parsers and validator on the texts of a directory that compare.py made, and
// prints one JSON object: nanoseconds of CPU time for one go at each.
//
//   bench_peers_measure DIRECTORY
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>
#include <malloc.h>

#include "server/json/incremental/incremental_parser.h"
#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/schema/compiled_schema.h"

namespace extractd {
namespace {

constexpr double kSecondsPerMeasurement = 0.06;
constexpr int kMeasurements = 5;
constexpr size_t kChunkBytes = 15;

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + (static_cast<double>(now.tv_nsec) * 1e-9);
}

void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << "\n";
  std::exit(1);
}

template <class Once>
double SecondsFor(std::int64_t times, Once once) {
  const double start = ThreadSeconds();
  for (std::int64_t i = 0; i < times; ++i) once();
  return ThreadSeconds() - start;
}

// The best of some measurements, each long enough to count.
template <class Once>
double Nanoseconds(Once once) {
  std::int64_t times = 1;
  while (SecondsFor(times, once) < kSecondsPerMeasurement) times *= 2;
  double best = 1e9;
  for (int i = 0; i < kMeasurements; ++i) best = std::min(best, SecondsFor(times, once));
  return best / static_cast<double>(times) * 1e9;
}

class Texts {
 public:
  explicit Texts(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::string Read(std::string_view name) const {
    std::ifstream file(directory_ / name, std::ios::binary);
    Require(file.is_open(), name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path directory_;
};

using Times = std::map<std::string, double>;

void Validate(
    const Texts& texts, std::string_view schema, std::string_view instance, double& time
) {
  const auto compiled = schema::Compile(texts.Read(schema));
  Require(compiled.ok(), schema);
  const json::ParseResult parsed = json::Parse(texts.Read(instance));
  const json::Value& root = std::get<json::Document>(parsed).root();
  time = Nanoseconds([&] { Require((*compiled)->IsValid(root), "valid"); });
}

double CompileTime(const Texts& texts, std::string_view name) {
  const std::string text = texts.Read(name);
  return Nanoseconds([&] { Require(schema::Compile(text).ok(), "compiles"); });
}

double ParseTime(const std::string& text) {
  return Nanoseconds([&] {
    Require(std::holds_alternative<json::Document>(json::ParseView(text)), "JSON");
  });
}

double RepairTime(const std::string& text) {
  return Nanoseconds([&] { Require(json::ParseTolerant(text).document.has_value(), "read"); });
}

// All of it, from the first piece to the result, with a listener that does nothing.
double IncrementalTime(std::string_view text) {
  return Nanoseconds([text] {
    json::IncrementalParser parser;
    for (size_t at = 0; at < text.size(); at += kChunkBytes) {
      parser.Feed(text.substr(at, kChunkBytes), [](const json::PathEvent&) {});
    }
    const auto result = parser.Finish([](const json::PathEvent&) {});
    Require(result.document.has_value() && result.repairs.empty(), "read as it is");
  });
}

Times MeasureAll(const Texts& texts) {
  Times times;
  Validate(texts, "invoice.schema.json", "invoice.json", times["validate_12_fields"]);
  Validate(texts, "list.schema.json", "list.json", times["validate_100kB"]);
  times["compile_12_fields"] = CompileTime(texts, "invoice.schema.json");
  times["compile_20kB"] = CompileTime(texts, "large.schema.json");
  for (const std::string_view size : {"2kB", "20kB", "200kB", "2000kB"}) {
    const std::string good = texts.Read(fmt::format("good_{}.json", size));
    times[fmt::format("parse_{}", size)] = ParseTime(good);
    times[fmt::format("incremental_{}", size)] = IncrementalTime(good);
    times[fmt::format("repair_{}", size)] =
        RepairTime(texts.Read(fmt::format("broken_{}.txt", size)));
  }
  return times;
}

}  // namespace
}  // namespace extractd

int main(int count, char** arguments) {
  extractd::Require(count == 2, "one argument");
  // What is measured is the parsers, not how the kernel clears pages: malloc keeps what it has.
  // That would be about 0.3 us for each 4 KiB of a document, and none for small ones.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  std::string out;
  for (const auto& [name, time] : extractd::MeasureAll(extractd::Texts(arguments[1]))) {
    out += fmt::format("{}\"{}\": {:.1f}", out.empty() ? "{" : ", ", name, time);
  }
  std::cout << out << "}\n";
}
