#include "server/json/toon/header.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace extractd::json::toon {
namespace {

TEST(ToonHeaderTest, TableHeaderNamesItsColumns) {
  const HeaderReading read = ReadHeader(R"(items[12|]{id|"full name"|geo{lat|lon}}:)", false);
  ASSERT_TRUE(read.header.has_value()) << read.error;
  EXPECT_EQ(read.header->key, "items");
  EXPECT_EQ(read.header->length, 12U);
  EXPECT_EQ(read.header->delimiter, '|');
  EXPECT_FALSE(read.header->keyed);
  ASSERT_EQ(read.header->fields.size(), 3U);
  EXPECT_EQ(read.header->fields[1].name, "full name");
  EXPECT_EQ(read.header->fields[2].fields[1].name, "lon");
  EXPECT_EQ(read.header->columns, 4U);
}

TEST(ToonHeaderTest, ValuesStandBehindTheColon) {
  const HeaderReading read = ReadHeader("[2]:  a, b ", false);
  ASSERT_TRUE(read.header.has_value());
  EXPECT_FALSE(read.header->key.has_value());
  EXPECT_EQ(read.header->rest, "a, b");
}

TEST(ToonHeaderTest, OtherLinesAreNoHeaders) {
  for (const std::string_view line :
       {"a: b[2]: c", "foo [2]: bar", "text", "a[2]", "foo-bar[2]: 1"}) {
    const HeaderReading read = ReadHeader(line, false);
    EXPECT_FALSE(read.header.has_value()) << line;
    EXPECT_EQ(read.error, "") << line;
  }
}

TEST(ToonHeaderTest, BrokenHeadersSayWhy) {
  for (const std::string_view line :
       {"a[03]: 1",
        "a[-1]: 1",
        "a[]: 1",
        "a[2 :]{x}: ",
        "a[2:]:",
        "a[2]{}:",
        "a[2]{x{}}:",
        "a[2]{x:",
        "a[2]x: 1",
        "a[2] : 1",
        "a[2]{x,y}: 1,2",
        "a[2|]{x,y}:"}) {
    const HeaderReading read = ReadHeader(line, false);
    EXPECT_FALSE(read.header.has_value()) << line;
    EXPECT_NE(read.error, "") << line;
  }
}

TEST(ToonHeaderTest, DeepFieldsAreRefusedAndHugeLengthsHeldBack) {
  std::string deep = "a[1]{x";
  for (int i = 0; i < 1000; ++i) deep += "{x";
  EXPECT_NE(ReadHeader(deep + std::string(1001, '}') + ":", false).error, "");
  EXPECT_EQ(
      ReadHeader("a[99999999999999999999999999]:", false).header->length, static_cast<size_t>(-1)
  );
}

TEST(ToonHeaderTest, LenientNamesAndDelimitersAreAnyones) {
  const HeaderReading read = ReadHeader("line-items[2|]{unit price,x}:", true);
  ASSERT_TRUE(read.header.has_value());
  EXPECT_EQ(read.header->key, "line-items");
  EXPECT_EQ(read.header->columns, 2U);
}

}  // namespace
}  // namespace extractd::json::toon
