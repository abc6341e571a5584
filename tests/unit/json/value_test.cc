#include "server/json/value.h"

#include <string>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

bool EqualTexts(std::string_view a, std::string_view b) {
  const ParseResult left = ParseView(a);
  const ParseResult right = ParseView(b);
  return Equal(std::get<Document>(left).root(), std::get<Document>(right).root());
}

TEST(ValueTest, EqualityIsByValue) {
  EXPECT_TRUE(EqualTexts(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1.0})"));
  EXPECT_FALSE(EqualTexts(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(EqualTexts("[1,2]", "[2,1]"));
  EXPECT_FALSE(EqualTexts("0", "false"));
  EXPECT_FALSE(EqualTexts("\"1\"", "1"));
  EXPECT_FALSE(EqualTexts("[]", "{}"));
}

TEST(ValueTest, BuilderMakesWhatTheParserMakes) {
  Builder builder;
  builder.BeginObject();
  builder.Key("list");
  builder.BeginArray();
  builder.Number("1.0");
  builder.Boolean(false);
  builder.Null();
  builder.EndArray();
  EXPECT_NE(builder.FindMember("list"), nullptr);
  EXPECT_EQ(builder.FindMember("text"), nullptr);
  builder.Key("text");
  builder.String("a\"b");
  builder.EndObject();
  const Document document = builder.Finish();
  EXPECT_EQ(ToText(document.root()), R"({"list":[1.0,false,null],"text":"a\"b"})");
}

// An object of `count` members "k0": 0, "k1": 1 …, from `first` on in a circle.
std::string Members(int count, int first) {
  std::string text = "{";
  for (int i = first; i < first + count; ++i) {
    const std::string number = std::to_string(i % count);
    text += (i == first ? "\"k" : ",\"k") + number + "\":" + number;
  }
  return text + "}";
}

TEST(ValueTest, ManyMembersCompareInAnyOrder) {
  EXPECT_TRUE(EqualTexts(Members(20'000, 0), Members(20'000, 10'000)));
  EXPECT_TRUE(EqualTexts(Members(10, 0), Members(10, 1)));
  EXPECT_FALSE(EqualTexts(Members(100, 0), Members(99, 50)));
  EXPECT_FALSE(EqualTexts(R"({"a":1,"b":2})", R"({"b":1,"a":2})"));
  EXPECT_FALSE(EqualTexts(R"({"a":1,"b":2})", R"({"c":1,"a":1})"));
}

TEST(ValueTest, MembersAreFoundWhileTheirObjectIsBuilt) {
  Builder builder;
  EXPECT_EQ(builder.FindMember("k"), nullptr) << "nothing is open";
  builder.BeginObject();
  for (int i = 0; i < 100; ++i) {
    const std::string key = "k" + std::to_string(i);
    EXPECT_EQ(builder.FindMember(key), nullptr);
    builder.Key(key);
    builder.Number(std::to_string(i));
    ASSERT_NE(builder.FindMember(key), nullptr);
    EXPECT_EQ(builder.FindMember(key)->number(), std::to_string(i));
  }
  builder.Key("inner");
  builder.BeginObject();
  EXPECT_EQ(builder.FindMember("k0"), nullptr) << "only the innermost object counts";
  builder.EndObject();
  EXPECT_NE(builder.FindMember("k0"), nullptr);
}

TEST(ValueTest, AReplacedMemberKeepsItsPlace) {
  Builder builder;
  builder.BeginObject();
  for (const auto* key : {"a", "b"}) {
    builder.Key(key);
    builder.BeginArray();
    builder.Null();
    builder.EndArray();
  }
  builder.ReplaceMember(*builder.FindMember("a"));
  builder.BeginArray();
  builder.Boolean(true);
  builder.Boolean(false);
  builder.EndArray();
  builder.ReplaceMember(*builder.FindMember("b"));
  builder.String("x");
  builder.Key("c");
  builder.Null();
  builder.EndObject();
  const Document document = builder.Finish();
  EXPECT_EQ(ToText(document.root()), R"({"a":[true,false],"b":"x","c":null})");
  EXPECT_EQ(document.root().size(), 3U);
}

TEST(ValueTest, AClearedBuilderStartsAnew) {
  Builder builder;
  for (int round = 0; round < 3; ++round) {
    builder.BeginObject();
    for (int i = 0; i < 1000; ++i) {
      builder.Key("k" + std::to_string(i));
      builder.Number("1");
    }
    EXPECT_NE(builder.FindMember("k7"), nullptr);
    builder.Clear();
    EXPECT_EQ(builder.depth(), 0U);
  }
  builder.BeginArray();
  builder.EndArray();
  EXPECT_EQ(ToText(builder.Finish().root()), "[]");
}

TEST(ValueTest, MemoryIsThatOfNodesAndCopies) {
  EXPECT_EQ(Document().memory_bytes(), 0U);
  const ParseResult small = ParseView("[1,2,3]");
  EXPECT_LE(std::get<Document>(small).memory_bytes(), 4096U);
  Builder builder;
  builder.String(std::string(100'000, 'x'));
  EXPECT_GE(builder.Finish().memory_bytes(), 100'000U);
}

TEST(ValueTest, CopyIsIndependentOfItsSource) {
  Document copy;
  {
    ParseResult source = Parse(R"({"a":[{"b":"x"}],"n":12})");
    Builder builder;
    builder.Copy(std::get<Document>(source).root());
    copy = builder.Finish();
  }
  EXPECT_EQ(ToText(copy.root()), R"({"a":[{"b":"x"}],"n":12})");
}

TEST(ValueTest, LookUpByNameAndIndex) {
  const ParseResult parsed = ParseView(R"({"a":[10,20]})");
  const Value& root = std::get<Document>(parsed).root();
  ASSERT_NE(root.Find("a"), nullptr);
  EXPECT_EQ(root.Find("a")->At(1)->number(), "20");
  EXPECT_EQ(root.Find("a")->At(2), nullptr);
  EXPECT_EQ(root.Find("b"), nullptr);
  EXPECT_EQ(root.Find("a")->Find("x"), nullptr);
}

TEST(ValueTest, EmptyDocumentIsNull) {
  EXPECT_TRUE(Document().root().is_null());
}

TEST(ValueTest, AValueCanBeLookedAtWhileItIsMade) {
  Builder builder;
  EXPECT_EQ(builder.root(), nullptr);
  builder.BeginObject();
  builder.Key("a");
  builder.BeginArray();
  builder.Number("1");
  const Value* root = builder.root();
  const Value* array = root->Find("a");
  EXPECT_EQ(&builder.open(0), root);
  EXPECT_EQ(&builder.open(1), array);
  EXPECT_EQ(array->size(), 1U);
  builder.EndArray();
  builder.Key("b");
  EXPECT_EQ(builder.next_key(), "b");
  builder.Null();
  builder.EndObject();
  const Document document = builder.Finish();
  EXPECT_EQ(&document.root(), root);
  EXPECT_EQ(document.root().Find("a"), array);
}

}  // namespace
}  // namespace extractd::json
