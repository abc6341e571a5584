#include "server/modes/toon_instruction.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/toon/toon.h"

namespace extractd {
namespace {

std::string_view Between(std::string_view text, std::string_view begin, std::string_view end) {
  const size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

TEST(ToonInstructionTest, ItsExampleIsTheSameInBothForms) {
  const std::string text = ToonInstruction("{}");
  const std::string_view json = Between(text, "For example,\n", "\nis\n");
  const std::string_view toon = Between(text, "\nis\n```toon\n", "\n```");
  const json::ParseResult parsed = json::ParseView(json);
  ASSERT_TRUE(std::holds_alternative<json::Document>(parsed)) << json;
  EXPECT_EQ(json::toon::Encode(std::get<json::Document>(parsed).root()), toon);
}

TEST(ToonInstructionTest, EndsWithTheSchema) {
  EXPECT_TRUE(ToonInstruction(R"({"type":"object"})").ends_with("\n{\"type\":\"object\"}"));
}

}  // namespace
}  // namespace extractd
