#include "server/json/value.h"

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
  EXPECT_TRUE(builder.HasMember("list"));
  EXPECT_FALSE(builder.HasMember("text"));
  builder.Key("text");
  builder.String("a\"b");
  builder.EndObject();
  const Document document = builder.Finish();
  EXPECT_EQ(ToText(document.root()), R"({"list":[1.0,false,null],"text":"a\"b"})");
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

}  // namespace
}  // namespace extractd::json
