#include "server/json/surrogates.h"

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

TEST(SurrogatesTest, TextWithoutHalvesStaysAsItIs) {
  for (const auto* text : {
           R"("plain")",
           R"("\ud83d\ude00")",
           R"("\\ud800")",
           R"("\u0041\n\"")",
           R"({"a\ud83d\ude00":["\\",1]})",
       }) {
    EXPECT_EQ(ReplaceUnpairedSurrogates(text), std::nullopt) << text;
  }
}

TEST(SurrogatesTest, HalvesBecomeTheReplacementCharacter) {
  EXPECT_EQ(
      ReplaceUnpairedSurrogates(R"("a\ud800b")"),
      "\"a\xEF\xBF\xBD"
      "b\""
  );
  EXPECT_EQ(ReplaceUnpairedSurrogates(R"("\uDC00")"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(ReplaceUnpairedSurrogates(R"("\\\ud800")"), "\"\\\\\xEF\xBF\xBD\"");
  EXPECT_EQ(
      ReplaceUnpairedSurrogates(R"(["\ud800\ud83d\ude00"])"), "[\"\xEF\xBF\xBD\\ud83d\\ude00\"]"
  );
  EXPECT_EQ(ReplaceUnpairedSurrogates(R"("\ude00\ud83d")"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace extractd::json
