#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/toon/toon.h"
#include "server/json/write.h"

namespace extractd::json::toon {
namespace {

// The JSON that the text decodes to, or "line: why not".
std::string Read(std::string_view text, const DecodeOptions& options = {}) {
  const DecodeResult result = Decode(text, options);
  if (const auto* error = std::get_if<DecodeError>(&result)) {
    return fmt::format("{}: {}", error->line, error->message);
  }
  return ToText(std::get<Decoded>(result).document.root());
}

// The same with the changes that lenient decoding made: " path kind(before>after)", "!" if lossy.
std::string ReadLeniently(std::string_view text) {
  const DecodeResult result = Decode(text, {.strict = false});
  if (const auto* error = std::get_if<DecodeError>(&result)) return error->message;
  const auto& decoded = std::get<Decoded>(result);
  std::string out = ToText(decoded.document.root());
  for (const Repair& repair : decoded.repairs) {
    out += fmt::format(
        " {}:{}{}({}>{})",
        repair.path,
        repair.kind,
        repair.lossless ? "" : "!",
        repair.before,
        repair.after
    );
  }
  return out;
}

TEST(ToonDecodeTest, KeepsOrderAndDigits) {
  EXPECT_EQ(
      Read("z: 1.50\na: 123456789012345678901234567890\n\"n-o\": -0"),
      R"({"z":1.50,"a":123456789012345678901234567890,"n-o":-0})"
  );
}

TEST(ToonDecodeTest, NumberThatJsonCouldNotHoldIsAString) {
  EXPECT_EQ(Read("a: 1e9999999999999999"), R"({"a":"1e9999999999999999"})");
  EXPECT_EQ(Read("a: 1e+999999999999999"), R"({"a":1e+999999999999999})");
}

TEST(ToonDecodeTest, ErrorsNameTheLine) {
  EXPECT_EQ(Read("a: 1\nb\nc: 2"), "2: a member has a colon behind its key");
  EXPECT_EQ(Read("x[2]{a,b}:\n  1,2\n  3"), "3: a row has 1 cells, its header 2 columns");
  EXPECT_EQ(Read("x[2]: 1"), "1: the header declares 2 entries, there are 1");
  EXPECT_EQ(Read("\xFF"), "1: the text is not UTF-8");
}

TEST(ToonDecodeTest, DeepNestingIsAnErrorInEveryForm) {
  std::string objects;
  std::string lists = "[1]:\n";
  for (size_t i = 0; i < 1000; ++i) {
    objects += fmt::format("{}a:\n", std::string(2 * i, ' '));
    lists += fmt::format("{}- [1]:\n", std::string(2 * i + 2, ' '));
  }
  for (const bool strict : {true, false}) {
    EXPECT_EQ(Read(objects, {.strict = strict}), "129: it is nested deeper than 128 levels");
    EXPECT_EQ(Read(lists, {.strict = strict}), "129: it is nested deeper than 128 levels");
  }
}

TEST(ToonDecodeTest, LenientLengthsAreLossyOnlyWhereSomethingMayBeMissing) {
  EXPECT_EQ(ReadLeniently("a[1]: x,y"), R"({"a":["x","y"]} /a:toon_length([1]>[2]))");
  EXPECT_EQ(
      ReadLeniently("a[3]{x}:\n  1\n  2"), R"({"a":[{"x":1},{"x":2}]} /a:toon_length!([3]>[2]))"
  );
}

TEST(ToonDecodeTest, LenientRowsKeepWhatTheyHave) {
  EXPECT_EQ(ReadLeniently("a[1]{x,y}:\n  1"), R"({"a":[{"x":1}]} /a/0:toon_width!(1>))");
  EXPECT_EQ(
      ReadLeniently("a[1]{x,y}:\n  1,2,3, 4"), R"({"a":[{"x":1,"y":2}]} /a/0:toon_width!(3, 4>))"
  );
  EXPECT_EQ(ReadLeniently("a[1]{x,y}:\n  10:30|b"), R"({"a":[{"x":"10:30","y":"b"}]})")
      << "a colon and another delimiter are no reason to lose a row";
}

TEST(ToonDecodeTest, LenientLayoutFollowsWhatStandsDeeper) {
  EXPECT_EQ(ReadLeniently("a:\n    b:\n        c: 1\n    d: 2"), R"({"a":{"b":{"c":1},"d":2}})");
  EXPECT_EQ(ReadLeniently("a:\n\tb: 1"), R"({"a":{"b":1}} /a:toon_layout(b: 1>))");
  EXPECT_EQ(ReadLeniently("a[2]:\n  - 1\n\n  - 2"), R"({"a":[1,2]} /a/0:toon_layout(- 2>))");
}

TEST(ToonDecodeTest, LenientListsNeedNoLength) {
  EXPECT_EQ(
      ReadLeniently("a:\n- x\n- y: 1\n  z: 2\nb: 3"),
      R"({"a":["x",{"y":1,"z":2}],"b":3} /a:toon_header(a:>))"
  );
  EXPECT_EQ(ReadLeniently("- 1\n- 2"), "[1,2] :toon_header(- 1>)");
  EXPECT_EQ(ReadLeniently("a[2]:\n- [0]:\n- 2"), R"({"a":[[],2]})");
}

TEST(ToonDecodeTest, LenientLastOfDoubledNamesCounts) {
  EXPECT_EQ(ReadLeniently("a: 1\nb: 2\na: 3"), R"({"a":3,"b":2} /a:duplicate_key!(1>3))");
  EXPECT_EQ(ReadLeniently("a: 1\na: 1.0"), R"({"a":1.0} /a:duplicate_key(1>1.0))");
}

TEST(ToonDecodeTest, LenientDropsOnlyWithARecord) {
  EXPECT_EQ(ReadLeniently("a: 1\nword"), R"({"a":1} /a:toon_line!(word>))");
  EXPECT_EQ(ReadLeniently("[1]: 1\nmore"), R"([1] :toon_line!(more>))");
}

TEST(ToonDecodeTest, LenientTextWithTooManyErrorsIsRefused) {
  std::string text;
  for (int i = 0; i < 1100; ++i) text += "word\n";
  EXPECT_EQ(ReadLeniently(text), "more than 1000 changes would make it TOON");
}

TEST(ToonDecodeTest, BrokenQuotesAreErrorsInBoth) {
  for (const bool strict : {true, false}) {
    EXPECT_EQ(
        Read("a: \"x\\q\"", {.strict = strict}),
        "1: a string in quotes is not closed, goes on behind them or has a wrong escape"
    );
  }
}

}  // namespace
}  // namespace extractd::json::toon
