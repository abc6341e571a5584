#include "server/json/tolerant/key_values.h"

#include <string>

#include <gtest/gtest.h>

#include "server/json/write.h"

namespace extractd::json {
namespace {

std::string Read(std::string_view text) {
  const std::optional<Document> document = ReadKeyValues(text);
  return document.has_value() ? ToText(document->root()) : "none";
}

TEST(KeyValuesTest, NamesAndValues) {
  EXPECT_EQ(
      Read("name: Ada\nurl: http://a.b\n\nage = 36\n"),
      R"({"name":"Ada","url":"http://a.b","age":"36"})"
  );
  EXPECT_EQ(Read("\"name\": 'Ada'\n`x`: \"y\""), R"({"name":"Ada","x":"y"})");
  EXPECT_EQ(Read("**Name:** Ada\n**Age**: 36"), R"({"Name":"Ada","Age":"36"})");
}

TEST(KeyValuesTest, Indentation) {
  EXPECT_EQ(
      Read("a:\n  b: 1\n  c:\n    - x\n    - y\nd: 2\ne:"),
      R"({"a":{"b":"1","c":["x","y"]},"d":"2","e":null})"
  );
  EXPECT_EQ(Read("tags:\n- a\n- b\nn: 1"), R"({"tags":["a","b"],"n":"1"})");
}

TEST(KeyValuesTest, Items) {
  EXPECT_EQ(Read("- a\n- b c"), R"(["a","b c"])");
  EXPECT_EQ(
      Read("- name: A\n  age: 1\n- name: B\n  age: 2"),
      R"([{"name":"A","age":"1"},{"name":"B","age":"2"}])"
  );
  EXPECT_EQ(Read("* name: A\n* age: 1"), R"({"name":"A","age":"1"})") << "one object";
  EXPECT_EQ(Read("tags: [a, 'b c']"), R"({"tags":["a","b c"]})");
}

TEST(KeyValuesTest, ProseIsNone) {
  EXPECT_EQ(Read(""), "none");
  EXPECT_EQ(Read("I cannot do that."), "none");
  EXPECT_EQ(Read("name: Ada\nand so on"), "none");
  EXPECT_EQ(Read("name: Ada\nname: Bo"), "none") << "one would be lost";
  EXPECT_EQ(Read("{\"a\": 1}"), "none");
  EXPECT_EQ(Read("na\xFFme: Ada"), "none") << "is no UTF-8";
}

TEST(KeyValuesTest, DepthIsBounded) {
  std::string text;
  for (size_t i = 0; i < 1000; ++i) text += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(Read(text), "none");
}

}  // namespace
}  // namespace extractd::json
