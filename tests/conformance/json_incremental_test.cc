// The incremental parser on the texts of others and on generated ones: in whatever pieces a text
// comes, its result is that of the whole, the events build exactly that, and nothing that was told
// is withdrawn without a reason in the text.
//
// EXTRACTD_SEED sets the first seed.
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/incremental/incremental_parser.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"
#include "tests/conformance/damage/damage.h"
#include "tests/conformance/damage/damaged_writer.h"
#include "tests/conformance/damage/object_generator.h"
#include "tests/conformance/damage/random.h"
#include "tests/conformance/suite_rows.h"
#include "tests/fakes/path_assembler.h"
#include "tests/fakes/test_data.h"
#include "tests/fakes/test_settings.h"

namespace extractd::json {
namespace {

// A text of so many bytes is split at every byte; a longer one at random places.
constexpr size_t kSplitEverywhere = 120;
constexpr size_t kSplitEverywhereInFull = 8'000;
constexpr size_t kMostPieces = 20'000;
constexpr size_t kRandomSplits = 5;
// Of the partial consensus rows, so many must agree. A number only goes up.
constexpr size_t kAgreedPercent = 98;
constexpr size_t kGenerated = 300;
constexpr size_t kGeneratedInFull = 20'000;

std::vector<size_t> RandomEnds(size_t size, Random& random) {
  std::vector<size_t> ends;
  for (size_t left = 1 + random.Below(12); left > 0; --left) ends.push_back(random.Below(size + 1));
  std::ranges::sort(ends);
  return ends;
}

// Byte by byte, in random pieces, and of a short text in two pieces, split at every byte.
void ExpectAnyPieces(std::string_view text, std::string_view name, Random& random) {
  const TolerantResult whole = ParseTolerant(text);
  std::vector<size_t> bytes;
  for (size_t end = 1; end < std::min(text.size(), kMostPieces); ++end) bytes.push_back(end);
  ASSERT_EQ(CheckPieces(text, bytes, whole), "") << name << ", byte by byte:\n" << text;
  for (size_t i = 0; i < kRandomSplits; ++i) {
    const std::vector<size_t> ends = RandomEnds(text.size(), random);
    ASSERT_EQ(CheckPieces(text, ends, whole), "") << name << ", in random pieces:\n" << text;
  }
  if (text.size() > (IsFullRun() ? kSplitEverywhereInFull : kSplitEverywhere)) return;
  for (const size_t end : bytes) {
    const std::vector<size_t> ends = {end};
    ASSERT_EQ(CheckPieces(text, ends, whole), "") << name << ", at " << end << ":\n" << text;
  }
}

std::vector<Row> RowsOf(std::string_view folder) {
  std::vector<Row> all;
  for (const auto& file : std::filesystem::directory_iterator(TestDataDir() / folder)) {
    if (file.path().extension() != ".jsonl") continue;
    std::vector<Row> rows = ReadRows(std::string(folder) + "/" + file.path().filename().string());
    std::ranges::move(rows, std::back_inserter(all));
  }
  return all;
}

class JsonIncrementalTest : public ::testing::Test {
 protected:
  void ExpectAnyPiecesOf(std::string_view folder) {
    size_t texts = 0;
    for (const Row& row : RowsOf(folder)) {
      ExpectAnyPieces(row.input(), row.id(), random_);
      if (HasFatalFailure()) return;
      ++texts;
    }
    std::cout << "incremental: " << folder << ", " << texts << " texts, any split as the whole\n";
  }

  const std::uint64_t seed_ = NumberSetting("EXTRACTD_SEED", 20'261'121);
  Random random_{seed_};
};

TEST_F(JsonIncrementalTest, AnyPiecesOfGrammarTextsGiveTheWhole) {
  REQUIRE_TEST_DATA("json-grammar");
  ExpectAnyPiecesOf("json-grammar");
}

TEST_F(JsonIncrementalTest, AnyPiecesOfMalformedTextsGiveTheWhole) {
  REQUIRE_TEST_DATA("malformed-json");
  ExpectAnyPiecesOf("malformed-json");
}

TEST_F(JsonIncrementalTest, AnyPiecesOfDamagedObjectsGiveTheWhole) {
  const size_t cases = IsFullRun() ? kGeneratedInFull : kGenerated;
  std::cout << "incremental: " << cases << " damaged objects from seed " << seed_ << "\n";
  for (std::uint64_t i = 0; i < cases && !HasFatalFailure(); ++i) {
    Random random(seed_ + i);
    const Document object = GenerateObject(random);
    DamagedWriter writer(random, PickDamages(random));
    ExpectAnyPieces(writer.Write(object.root()), "seed " + std::to_string(seed_ + i), random);
  }
}

// Where an object is JSON, everything is told as it comes and nothing is left for the end.
TEST_F(JsonIncrementalTest, JsonIsToldWhileItComesAndNeverRestarts) {
  for (std::uint64_t i = 0; i < kGenerated; ++i) {
    Random random(seed_ + i);
    const Document object = GenerateObject(random);
    const std::string text =
        random.OneIn(2) ? ToText(object.root()) : ToIndentedText(object.root());
    IncrementalParser parser;
    PathAssembler assembler;
    std::string broken;
    const auto listener = [&](const PathEvent& event) {
      if (broken.empty()) broken = assembler.Apply(event);
    };
    for (const char c : text) parser.Feed(std::string_view(&c, 1), listener);
    ASSERT_EQ(broken, "") << text;
    ASSERT_TRUE(assembler.finished()) << text;
    ASSERT_EQ(assembler.Text(), ToText(object.root()));
    ASSERT_EQ(assembler.restarts(), 0U) << text;
  }
}

// The partial rows of the suite: what other libraries make of a text that ends open.
TEST_F(JsonIncrementalTest, SnapshotsAgreeWithTheConsensusOfPartialParsers) {
  REQUIRE_TEST_DATA("malformed-json");
  size_t all = 0;
  size_t agreed = 0;
  for (const Row& row : RowsOf("malformed-json")) {
    if (!row.Is("partial") || !row.Is("consensus")) continue;
    ++all;
    IncrementalParser parser;
    for (const char c : row.input()) parser.Feed(std::string_view(&c, 1), [](const PathEvent&) {});
    const TolerantResult snapshot = parser.Snapshot();
    const bool agrees =
        snapshot.document.has_value() && Equal(snapshot.document->root(), *row.Find("expected"));
    agreed += agrees ? 1 : 0;
    if (!agrees) std::cout << "  disagrees: " << row.id() << "\n";
  }
  std::cout << "incremental: " << agreed << " of " << all << " partial consensus rows\n";
  EXPECT_GE(agreed * 100, all * kAgreedPercent);
}

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + (static_cast<double>(now.tv_nsec) * 1e-9);
}

// The CPU time of `text` in pieces of 15 bytes; the best of three.
double SecondsFor(std::string_view text) {
  double best = 1e9;
  for (int i = 0; i < 2; ++i) {
    const double start = CpuSeconds();
    IncrementalParser parser;
    for (size_t at = 0; at < text.size(); at += 15) {
      parser.Feed(text.substr(at, 15), [](const PathEvent&) {});
    }
    EXPECT_TRUE(parser.Finish([](const PathEvent&) {}).document.has_value());
    best = std::min(best, CpuSeconds() - start);
  }
  return best;
}

std::string Repeat(std::string_view part, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

// A hundred times the text must not take much more than a hundred times as long.
TEST_F(JsonIncrementalTest, TimeIsLinearInTheTextHoweverItLooks) {
  const auto object = [](size_t bytes) {
    return "[" + Repeat(R"({"a": 1, "b": "x"},)", bytes) + "1]";
  };
  const auto string = [](size_t bytes) { return "[\"" + Repeat("a\\n", bytes) + "\"]"; };
  const auto comment = [](size_t bytes) { return "{\"a\": /*" + Repeat("x", bytes) + "*/ 1}"; };
  const auto number = [](size_t bytes) { return "[" + Repeat("1", bytes) + "]"; };
  const auto prose = [](size_t bytes) { return Repeat("[no] {x} ", bytes) + "{\"a\": 1}"; };
  const auto think = [](size_t bytes) {
    return "<think>" + Repeat("</thin {", bytes) + "</think>{\"a\": 1}";
  };
  const auto spaces = [](size_t bytes) { return "[1" + Repeat(" ", bytes) + "]"; };
  for (std::string (*make)(size_t) :
       {+object, +string, +comment, +number, +prose, +think, +spaces}) {
    const double small = SecondsFor(make(4'000));
    const double large = SecondsFor(make(400'000));
    std::cout << "incremental: 4 kB " << small * 1e3 << " ms, 400 kB " << large * 1e3
              << " ms: " << make(1) << "\n";
    EXPECT_LE(large, (small * 250) + 0.1) << make(1);
  }
}

}  // namespace
}  // namespace extractd::json
