#include "server/schema/coerce/choice.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/write.h"

namespace extractd::schema {
namespace {

class ChoiceTest : public ::testing::Test {
 protected:
  // "none", or the value as JSON, with " lossy" behind one that lost something.
  std::string Choose(std::string_view text) const {
    const std::optional<Choice> choice = ChooseValue(text, values_);
    if (!choice.has_value()) return "none";
    return json::ToText(*choice->value) + (choice->lossless ? "" : " lossy");
  }

  const json::Value red_ = json::Value::OfString("RED");
  const json::Value blue_ = json::Value::OfString("DARK_BLUE");
  const json::Value plain_ = json::Value::OfString("néutral");
  const json::Value named_ = json::Value::OfString("X");
  std::vector<NamedValue> values_ = {
      {.value = &red_},
      {.value = &blue_},
      {.value = &plain_},
      {.value = &named_, .aliases = {"k-1"}, .description = "the first"},
  };
};

TEST_F(ChoiceTest, ByNameAliasCasePunctuationAndAccents) {
  EXPECT_EQ(Choose("RED"), R"("RED")");
  EXPECT_EQ(Choose(" red "), R"("RED")");
  EXPECT_EQ(Choose("Dark Blue"), R"("DARK_BLUE")");
  EXPECT_EQ(Choose("NEUTRAL"), R"("néutral")");
  EXPECT_EQ(Choose("k-1"), R"("X")");
  EXPECT_EQ(Choose("K 1"), R"("X")");
  EXPECT_EQ(Choose("k-1: The first"), R"("X")");
}

TEST_F(ChoiceTest, InATextAWordIsALossAndMustBeTheOnlyOne) {
  EXPECT_EQ(Choose("I'd say RED."), R"("RED" lossy)");
  EXPECT_EQ(Choose("RED or k-1"), "none");
  EXPECT_EQ(Choose("it was reduced"), "none");
  EXPECT_EQ(Choose("RED " + std::string(1000, 'x')), "none");
}

TEST_F(ChoiceTest, NeverUnderANegation) {
  EXPECT_EQ(Choose("This is not RED"), "none");
  EXPECT_EQ(Choose("It isn't dark_blue."), "none");
  EXPECT_EQ(Choose("RED, not DARK_BLUE"), "none");
}

TEST_F(ChoiceTest, NamesThatFoldAlikeAreTold) {
  const json::Value low = json::Value::OfString("red");
  values_.push_back({.value = &low});
  EXPECT_EQ(Choose("red"), R"("red")");
  EXPECT_EQ(Choose("Red"), "none");
}

}  // namespace
}  // namespace extractd::schema
