#include "server/json/incremental/growing_value.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/write.h"

namespace extractd::json {
namespace {

using Progress = GrowingValue::Progress;

// Reads `text` byte by byte: the value, and whether it is strict; "waits"; or "stopped" and where.
std::string Read(std::string_view text) {
  GrowingValue value;
  value.Begin(0);
  for (size_t size = 1; size <= text.size(); ++size) {
    const Progress progress = value.Read(text.substr(0, size));
    if (progress == Progress::kStopped) return "stopped at " + std::to_string(value.at());
    if (progress != Progress::kComplete) continue;
    const std::string form = value.strict() ? "" : " repaired";
    return ToText(value.Finish().root()) + form;
  }
  return "waits";
}

TEST(GrowingValueTest, JsonIsReadAsItIs) {
  EXPECT_EQ(Read("{}"), "{}");
  EXPECT_EQ(Read("[ ]"), "[]");
  EXPECT_EQ(
      Read(R"({"a":[1,-2.50e3,true,false,null,"x"],"b":{"c":[]}})"),
      R"({"a":[1,-2.50e3,true,false,null,"x"],"b":{"c":[]}})"
  );
  EXPECT_EQ(Read(R"(["\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00"])"), "[\"\\\"\\\\/\\b\\f\\n\\r\\tü😀\"]");
  EXPECT_EQ(Read("[123456789012345678901234567890.10]"), "[123456789012345678901234567890.10]");
}

TEST(GrowingValueTest, WhatIsRepairedWhereItStands) {
  EXPECT_EQ(Read("[1,]"), "[1] repaired");
  EXPECT_EQ(Read("{a: None, $b: FALSE}"), R"({"a":null,"$b":false} repaired)");
  EXPECT_EQ(Read("[/* a */1, # b\n2 // c\r]"), "[1,2] repaired");
  EXPECT_EQ(Read("[+1, .5, 0x10]"), "[1,0.5,16] repaired");
  EXPECT_EQ(Read("[\"a\nb\"]"), "[\"a\\nb\"] repaired");
}

TEST(GrowingValueTest, SingleQuotesEndWhereAValueMayEnd) {
  EXPECT_EQ(Read("['a']"), "[\"a\"] repaired");
  EXPECT_EQ(Read("{'it's': 'x \"y\" \\'z', '': ''}"), R"({"it's":"x \"y\" 'z","":""} repaired)");
  EXPECT_EQ(Read("['say 'hi' to', 'b' /* c */, 'd'\n]"), R"(["say 'hi' to","b","d"] repaired)");
}

TEST(GrowingValueTest, StopsWhereTheTextMayMeanMoreThanOneThing) {
  EXPECT_EQ(Read("['''a''']"), "stopped at 2");
  EXPECT_EQ(Read("['a'`]"), "stopped at 3");
  EXPECT_EQ(Read(R"(["say "hi"])"), "stopped at 7");
  EXPECT_EQ(Read(R"({"a" 1})"), "stopped at 5");
  EXPECT_EQ(Read("[1 2]"), "stopped at 3");
  EXPECT_EQ(Read("[007]"), "stopped at 4");
  EXPECT_EQ(Read("[NaN]"), "stopped at 4");
  EXPECT_EQ(Read("[1}"), "stopped at 2");
  EXPECT_EQ(Read("[,1]"), "stopped at 1");
  EXPECT_EQ(Read(R"(["\d"])"), "stopped at 2");
  EXPECT_EQ(Read("[\"\xFF\"]"), "stopped at 2");
  EXPECT_EQ(Read(R"({"a":1,"a":2})"), "stopped at 10");
  EXPECT_EQ(Read(std::string(129, '[')), "stopped at 128");
}

TEST(GrowingValueTest, APlainValueIsAddedWhenItSurelyEnded) {
  GrowingValue value;
  value.Begin(0);
  EXPECT_EQ(value.Read("[12"), Progress::kWaits);
  EXPECT_EQ(value.builder().root()->size(), 0U);
  EXPECT_EQ(value.Read("[12 "), Progress::kWaits);
  EXPECT_EQ(value.builder().root()->size(), 0U);
  EXPECT_EQ(value.Read("[12 ,"), Progress::kWaits);
  EXPECT_EQ(value.builder().root()->size(), 1U);
}

TEST(GrowingValueTest, AnOpenStringIsWhatItHasForCertain) {
  GrowingValue value;
  value.Begin(0);
  const auto open = [&value](std::string_view text) {
    value.Read(text);
    return std::string(value.OpenString(text).value_or("none"));
  };
  EXPECT_EQ(open("["), "none");
  EXPECT_EQ(open("[\""), "");
  EXPECT_EQ(open("[\"a\\"), "a");
  EXPECT_EQ(open("[\"a\\n\xC3"), "a\n");
  EXPECT_EQ(open("[\"a\\n\xC3\xBC\\ud83d"), "a\nü");
  EXPECT_EQ(open("[\"a\\n\xC3\xBC\\ud83d\\ude00\""), "a\nü😀");
  EXPECT_EQ(open("[\"a\\n\xC3\xBC\\ud83d\\ude00\","), "none");
}

TEST(GrowingValueTest, NamesAreNoOpenStrings) {
  GrowingValue value;
  value.Begin(0);
  value.Read("{\"na");
  EXPECT_FALSE(value.OpenString("{\"na").has_value());
  EXPECT_FALSE(value.structured());
  value.Read("{\"name\":");
  EXPECT_TRUE(value.structured());
}

}  // namespace
}  // namespace extractd::json
