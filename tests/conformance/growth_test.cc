// Whatever a text looks like, ten times of it costs at most eleven times as much: the parsers, the
// verdict with its coercion, validation and inference. CPU time, the best of several rounds.
//
// The full run holds that to the letter. The default run has short texts and often a busy machine:
// what seems to grow by more is measured again with texts ten times as long, where a part that
// grows with the square can no longer hide and noise counts for less, and fails above twenty.
#include <algorithm>
#include <cstddef>
#include <ctime>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/incremental/incremental_parser.h"
#include "server/json/mend.h"
#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/toon/toon.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/infer/infer.h"
#include "server/schema/toon_verdict.h"
#include "server/schema/verdict.h"
#include "tests/fakes/hostile_texts.h"
#include "tests/fakes/test_settings.h"

namespace extractd {
namespace {

using schema::CompiledSchema;
using Work = std::function<void(std::string_view)>;
using Texts = std::vector<std::string> (*)(size_t size);

constexpr size_t kTimes = 10;
constexpr double kMaxGrowth = 11;
constexpr double kSurelyTooMuch = 20;
// What a busy machine may add to any measurement, and how long one lasts at least.
constexpr double kNoiseSeconds = 0.001;
constexpr double kLongEnough = 0.004;
constexpr double kMostRepeats = 50;
constexpr int kRounds = 12;

size_t SmallSize() {
  return IsFullRun() ? 40'000 : 3'000;
}

double CpuSeconds(const Work& work, std::string_view text, size_t times) {
  const std::clock_t start = std::clock();
  for (size_t i = 0; i < times; ++i) work(text);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

size_t RepeatsFor(const Work& work, std::string_view small) {
  const double once = CpuSeconds(work, small, kTimes);
  return static_cast<size_t>(std::clamp(kLongEnough / std::max(once, 1e-6), 1.0, kMostRepeats));
}

// How many times as long the large text takes as the small one. Measured until it is few enough,
// with either of them first in turn.
double Growth(const Work& work, std::string_view small, std::string_view large, double enough) {
  const size_t repeats = RepeatsFor(work, small);
  double small_best = std::numeric_limits<double>::max();
  double large_best = std::numeric_limits<double>::max();
  double growth = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (round % 2 == 1) large_best = std::min(large_best, CpuSeconds(work, large, repeats));
    small_best = std::min(small_best, CpuSeconds(work, small, kTimes * repeats));
    if (round % 2 == 0) large_best = std::min(large_best, CpuSeconds(work, large, repeats));
    growth = kTimes * large_best / (small_best + kNoiseSeconds);
    if (growth <= enough) break;
  }
  return growth;
}

struct Measured {
  double growth = 0;
  double limit = kMaxGrowth;
};

// Of the text `index` of `texts`, which are `small` and `large` before.
Measured Measure(
    Texts texts, size_t index, std::string_view small, std::string_view large, const Work& work
) {
  const double growth = Growth(work, small, large, kMaxGrowth);
  if (growth <= kMaxGrowth || IsFullRun()) return {.growth = growth};
  const std::string larger = texts(kTimes * kTimes * SmallSize())[index];
  return {.growth = Growth(work, large, larger, kSurelyTooMuch), .limit = kSurelyTooMuch};
}

void ExpectLinear(std::string_view name, Texts texts, const Work& work) {
  const std::vector<std::string> small = texts(SmallSize());
  const std::vector<std::string> large = texts(kTimes * SmallSize());
  ASSERT_EQ(small.size(), large.size());
  double most = 0;
  for (size_t i = 0; i < small.size(); ++i) {
    const Measured measured = Measure(texts, i, small[i], large[i], work);
    EXPECT_LE(measured.growth, measured.limit) << name << " of " << small[i].substr(0, 40);
    most = std::max(most, measured.growth);
  }
  std::cout << fmt::format(
      "{}: {} texts, at most {:.1f} times for ten\n", name, small.size(), most
  );
}

// `part`, with a number for each {}, until there is enough.
template <class... Numbers>
std::string Numbered(size_t size, fmt::format_string<int&, Numbers&...> part, Numbers... rest) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += fmt::format(part, i, rest...);
  return text;
}

std::string Repeat(size_t size, std::string_view part) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}

std::vector<std::string> AnyTexts(size_t size) {
  std::vector<std::string> texts = fakes::HostileTexts(size);
  texts.push_back("{" + Numbered(size, "\"k{}\":1,") + "\"z\":1}");
  texts.push_back("{" + Numbered(size, "k{}:1,") + "}");
  texts.push_back(Numbered(size, "k{}: 1\n"));
  texts.push_back(Numbered(size, "{{\"k{}\":1}}\n"));
  texts.push_back("[" + Numbered(size, "{{\"a\":{}}},") + "{}]");
  return texts;
}

std::vector<std::string> ToonTexts(size_t size) {
  std::vector<std::string> texts = AnyTexts(size);
  texts.push_back("[1]{" + Numbered(size / 2, "k{},") + "z}:\n  " + Repeat(size / 2, "1,") + "1");
  texts.push_back("[9]:" + Repeat(size, "\n- a"));
  texts.push_back("[9]:" + Repeat(size, "\n- k: 1\n  l[2]: 1,2"));
  texts.push_back(Numbered(size, "k{}[1]: 1\n"));
  texts.push_back(Numbered(size, "k{}:\n  a: 1\n"));
  texts.push_back("a[9]:\n" + Repeat(size, "\n"));
  texts.push_back("a: " + Repeat(size, "\\\\"));
  texts.push_back("a: \"" + Repeat(size, "\\n") + "\"");
  texts.push_back("[9|]: " + Repeat(size, "|"));
  texts.push_back("[9]: " + Repeat(size, "\"x\","));
  texts.push_back(Repeat(size, "- "));
  texts.push_back(Repeat(size, "\t"));
  return texts;
}

// Values that take long to compare, count or match.
std::vector<std::string> Instances(size_t size) {
  return {
      "[" + Numbered(size, "{},") + "0]",
      "[" + Numbered(size, "\"s{}\",") + "0]",
      "[" + Numbered(size, "{{\"a\":{},\"b\":\"x\"}},") + "0]",
      "[" + Repeat(size, "[[],{}],") + "0]",
      "[" + Repeat(size, "1,") + "1]",
      "[" + Repeat(size, "1.0,1,10e-1,") + "1]",
      "{" + Numbered(size, "\"k{}\":1,") + "\"z\":1}",
      "{" + Numbered(size, "\"k{}\":{{\"a\":[1]}},") + "\"z\":1}",
      "\"" + Repeat(size, "a") + "!\"",
      "\"" + Repeat(size, "a.") + "!\"",
      "\"" + Repeat(size, "xn--a-") + "\"",
      "\"" + Repeat(size, "\u00e9") + "\"",
      "\"a@" + Repeat(size, "a-") + "\"",
      "\"/" + Repeat(size, "~0/") + "\"",
      "\"{" + Repeat(size, "x,") + "}\"",
      "\"(" + Repeat(size, "a|") + ")\"",
      Repeat(size, "1"),
      "0." + Repeat(size, "1"),
      "-" + Repeat(size, "9") + "e-5",
  };
}

constexpr std::string_view kSchemas[] = {
    R"({"uniqueItems":true})",
    R"({"contains":{"const":-1},"maxContains":3})",
    R"({"items":{"enum":["a","b",{"a":1},[1]]}})",
    R"({"items":{"anyOf":[{"type":"null"},{"type":"object","required":["z"]},{"minimum":1e9}]}})",
    R"({"patternProperties":{"^k1":{"type":"string"},"9$":true,"(a+)+$":true},"additionalProperties":{"type":"null"}})",
    R"({"allOf":[{"properties":{"k1":true}},{"patternProperties":{"2$":true}}],"unevaluatedProperties":false})",
    R"({"prefixItems":[true],"unevaluatedItems":{"type":"string"}})",
    R"({"propertyNames":{"maxLength":3},"minProperties":3,"dependentRequired":{"z":["y"]}})",
    R"({"multipleOf":0.003,"minimum":1e400,"exclusiveMaximum":3})",
    R"({"pattern":"^(a+)+$","maxLength":10})",
    R"({"format":"email"})",
    R"({"format":"hostname"})",
    R"({"format":"idn-hostname"})",
    R"({"format":"uri"})",
    R"({"format":"iri-reference"})",
    R"({"format":"uri-template"})",
    R"({"format":"ipv6"})",
    R"({"format":"json-pointer"})",
    R"({"format":"regex"})",
    R"({"format":"date-time"})",
    R"({"format":"duration"})",
};

std::shared_ptr<const CompiledSchema> CompileOrDie(std::string_view text) {
  auto compiled = schema::Compile(std::string(text));
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return *std::move(compiled);
}

const json::Document& ParsedOrDie(const json::ParseResult& parsed) {
  return std::get<json::Document>(parsed);
}

// What looks back at everything before, if only now and then, is found out.
TEST(GrowthTest, SquareIsTooMuch) {
  const Texts texts = [](size_t size) { return std::vector<std::string>{Repeat(size, "a")}; };
  const std::string small = texts(SmallSize()).front();
  const std::string large = texts(kTimes * SmallSize()).front();
  const Measured measured = Measure(texts, 0, small, large, [](std::string_view text) {
    constexpr size_t kNowAndThen = 2'000;
    std::ptrdiff_t found = 0;
    for (size_t at = 0; at < text.size(); at += kNowAndThen) {
      found += std::ranges::count(text.substr(0, at), '!');
    }
    EXPECT_EQ(found, 0);
  });
  EXPECT_GT(measured.growth, measured.limit);
}

TEST(GrowthTest, StrictParser) {
  const auto parse = [](std::string_view text) {
    json::ParseView(text, {.duplicate_keys = json::DuplicateKeys::kReject});
  };
  ExpectLinear("strict", AnyTexts, parse);
  ExpectLinear("strict", Instances, parse);
}

TEST(GrowthTest, TolerantParser) {
  ExpectLinear("tolerant", AnyTexts, [](std::string_view text) { json::ParseTolerant(text); });
}

TEST(GrowthTest, Repair) {
  ExpectLinear("repair", AnyTexts, [](std::string_view text) {
    json::Mend(text, json::MaxLoss::kLossy);
  });
}

TEST(GrowthTest, IncrementalParser) {
  ExpectLinear("incremental", AnyTexts, [](std::string_view text) {
    constexpr size_t kPiece = 7;
    json::IncrementalParser parser;
    const auto listener = [](const json::PathEvent&) {};
    for (size_t at = 0; at < text.size(); at += kPiece) {
      parser.Feed(text.substr(at, kPiece), listener);
    }
    parser.Finish(listener);
  });
}

TEST(GrowthTest, ToonDecoder) {
  for (const bool strict : {true, false}) {
    ExpectLinear(strict ? "TOON, strict" : "TOON, lenient", ToonTexts, [&](std::string_view text) {
      json::toon::Decode(text, {.strict = strict});
    });
  }
}

TEST(GrowthTest, ToonEncoder) {
  ExpectLinear("to TOON", Instances, [](std::string_view text) {
    json::toon::Encode(ParsedOrDie(json::ParseView(text)).root());
  });
}

TEST(GrowthTest, VerdictWithCoercion) {
  for (const std::string_view text :
       {R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b"]})",
        R"({"anyOf":[{"type":"number"},{"enum":["yes","no"]},{"type":"array","items":{"type":"boolean"}}]})"
       }) {
    const auto compiled = CompileOrDie(text);
    ExpectLinear("verdict", AnyTexts, [&](std::string_view answer) {
      schema::Judge(*compiled, answer, {.max_loss = json::MaxLoss::kLossy});
    });
  }
}

TEST(GrowthTest, VerdictOnToon) {
  const auto compiled = CompileOrDie(
      R"({"type":"array","items":{"type":"object","properties":{"k1":{"type":"string"}},"required":["z"]}})"
  );
  ExpectLinear("verdict on TOON", ToonTexts, [&](std::string_view answer) {
    schema::JudgeToon(*compiled, answer, {.max_loss = json::MaxLoss::kLossy});
  });
}

TEST(GrowthTest, Validation) {
  for (const std::string_view text : kSchemas) {
    const auto compiled = CompileOrDie(text);
    ExpectLinear(text, Instances, [&](std::string_view instance) {
      const json::ParseResult parsed = json::ParseView(instance);
      compiled->IsValid(ParsedOrDie(parsed).root());
      compiled->Validate(ParsedOrDie(parsed).root());
    });
  }
}

TEST(GrowthTest, Inference) {
  ExpectLinear("inference", Instances, [](std::string_view example) {
    const json::ParseResult parsed = json::ParseView(example);
    schema::SchemaInference inference({});
    inference.Add(ParsedOrDie(parsed).root());
    inference.Write();
  });
}

// Many examples, each with names that the others do not have.
TEST(GrowthTest, InferenceFromManyExamples) {
  const auto lines = [](size_t size) {
    return std::vector<std::string>{
        Numbered(size, "{{\"k{}\":1}}\n"),
        Numbered(size, "{{\"a\":\"s{}\",\"b\":{{\"c\":[1,\"x\"]}}}}\n"),
        Numbered(size, "{}\n"),
    };
  };
  ExpectLinear("inference from lines", lines, [](std::string_view text) {
    schema::SchemaInference inference({});
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      const json::ParseResult parsed = json::ParseView(text.substr(at, end - at));
      inference.Add(ParsedOrDie(parsed).root());
      at = end + 1;
    }
    inference.Write();
  });
}

}  // namespace
}  // namespace extractd
