#include "server/providers/dialects/gemini/partial_arguments.h"

#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::providers::gemini {
namespace {

// The text that the pieces make, each behind its own `|`; "?" for one that is refused.
std::string Text(std::string_view pieces) {
  const json::ParseResult parsed = json::ParseView(pieces);
  PartialArguments arguments;
  std::string text;
  for (const json::Value& piece : std::get<json::Document>(parsed).root()) {
    const auto added = arguments.Add(piece);
    text += "|" + added.value_or("?");
  }
  return text + "|" + arguments.Close();
}

TEST(GeminiPartialArgumentsTest, NothingIsAnEmptyObject) {
  EXPECT_EQ(Text("[]"), "|{}");
}

TEST(GeminiPartialArgumentsTest, ValuesOfEveryType) {
  EXPECT_EQ(
      Text(R"([{"jsonPath":"$.a","stringValue":"x"},{"jsonPath":"$.b","numberValue":1.50},)"
           R"({"jsonPath":"$.c","boolValue":false},{"jsonPath":"$.d","nullValue":"NULL_VALUE"}])"),
      R"(|{"a":"x"|,"b":1.50|,"c":false|,"d":null|})"
  );
}

TEST(GeminiPartialArgumentsTest, StringsGrow) {
  EXPECT_EQ(
      Text(R"([{"jsonPath":"$.a","stringValue":"o\n","willContinue":true},)"
           R"({"jsonPath":"$.a","stringValue":"\"p","willContinue":true},)"
           R"({"jsonPath":"$.a","stringValue":""},{"jsonPath":"$.b","stringValue":"q"}])"),
      R"(|{"a":"o\n|\"p|"|,"b":"q"|})"
  );
}

TEST(GeminiPartialArgumentsTest, AStringEndsWhereAnotherValueBegins) {
  EXPECT_EQ(
      Text(
          R"([{"jsonPath":"$.a","stringValue":"x","willContinue":true},{"jsonPath":"$.b","numberValue":1}])"
      ),
      R"(|{"a":"x|","b":1|})"
  );
}

TEST(GeminiPartialArgumentsTest, ContainersOpenAndCloseAsPathsSay) {
  EXPECT_EQ(
      Text(
          R"([{"jsonPath":"$.r.l[0].a","numberValue":1},{"jsonPath":"$.r.l[0].b","numberValue":2},)"
          R"({"jsonPath":"$.r.l[1].a","numberValue":3},{"jsonPath":"$.r.n","numberValue":4},)"
          R"({"jsonPath":"$.m[0][0]","numberValue":5},{"jsonPath":"$.m[0][1]","numberValue":6}])"
      ),
      R"(|{"r":{"l":[{"a":1|,"b":2|},{"a":3|}],"n":4|},"m":[[5|,6|]]})"
  );
}

TEST(GeminiPartialArgumentsTest, NamesInBrackets) {
  EXPECT_EQ(
      Text(
          R"([{"jsonPath":"$['a.b']","numberValue":1},{"jsonPath":"$[\"c d\"]['e']","numberValue":2}])"
      ),
      R"(|{"a.b":1|,"c d":{"e":2|}})"
  );
}

TEST(GeminiPartialArgumentsTest, APieceWithoutValueAddsNothing) {
  EXPECT_EQ(Text(R"([{"jsonPath":"$.a","willContinue":true},{"willContinue":true}])"), "|||{}");
}

TEST(GeminiPartialArgumentsTest, PathsThatMakeNoSenseAreRefused) {
  for (const auto* path :
       {"",
        "a",
        "$",
        "$a",
        "$.",
        "$..a",
        "$.a[",
        "$.a[x]",
        "$.a[-1]",
        "$['a",
        "$[0]",
        "$.a[0",
        "$.a[99999999999999999999999]"}) {
    EXPECT_EQ(
        Text(std::string(R"([{"jsonPath":")").append(path).append(R"(","numberValue":1}])")),
        "|?|{}"
    ) << path;
  }
  std::string deep = "$.a";
  for (int i = 0; i < 200; ++i) deep += "[0]";
  EXPECT_EQ(Text(R"([{"jsonPath":")" + deep + R"(","numberValue":1}])"), "|?|{}");
}

TEST(GeminiPartialArgumentsTest, ValuesThatDoNotFollowAreRefused) {
  const auto second = [](std::string_view first, std::string_view next) {
    PartialArguments arguments;
    std::optional<std::string> added;
    for (const std::string_view path : {first, next}) {
      const std::string piece =
          std::string(R"({"jsonPath":")").append(path).append(R"(","numberValue":1})");
      const json::ParseResult parsed = json::ParseView(piece);
      added = arguments.Add(std::get<json::Document>(parsed).root());
    }
    return added.has_value();
  };
  EXPECT_TRUE(second("$.a[0]", "$.a[1]"));
  EXPECT_FALSE(second("$.a[0]", "$.a[2]")) << "an element was left out";
  EXPECT_FALSE(second("$.a[0]", "$.a[0]")) << "it is there already";
  EXPECT_FALSE(second("$.a[0]", "$.a.b")) << "an array has no members";
  EXPECT_FALSE(second("$.a.b", "$.a[0]"));
  EXPECT_FALSE(second("$.a", "$.a.b")) << "a number holds nothing";
  EXPECT_FALSE(second("$.a.b", "$.a"));
  EXPECT_FALSE(second("$.a", "$.b[1]")) << "arrays begin at 0";
}

}  // namespace
}  // namespace extractd::providers::gemini
