#include "server/providers/dialects/openai_chat/think_tag.h"

#include <gtest/gtest.h>

namespace extractd::providers::openai_chat {
namespace {

ThinkTag::Split InPieces(std::string_view content, size_t bytes) {
  ThinkTag tag;
  ThinkTag::Split whole;
  const auto add = [&whole](const ThinkTag::Split& part) {
    whole.thinking += part.thinking;
    whole.text += part.text;
  };
  for (size_t at = 0; at < content.size(); at += bytes) add(tag.Read(content.substr(at, bytes)));
  add(tag.Finish());
  return whole;
}

struct Case {
  std::string content;
  std::string thinking;
  std::string text;
};

TEST(ThinkTagTest, ThoughtsInFrontAreToldFromTheAnswerHoweverTheyAreCut) {
  const std::vector<Case> cases = {
      {"<think>hm</think>\n\n{\"a\":1}", "hm", "{\"a\":1}"},
      {" \n<think>\nhm < 3 </thin</think>x", "\nhm < 3 </thin", "x"},
      {"<think></think>x</think>", "", "x</think>"},
      {"<think>never closed </", "never closed </", ""},
      {"<think>closed</think>  ", "closed", ""},
      {"no thoughts <think>here</think>", "", "no thoughts <think>here</think>"},
      {"<thin", "", "<thin"},
      {"<table>", "", "<table>"},
      {"  {}", "", "  {}"},
      {"", "", ""},
  };
  for (const Case& c : cases) {
    for (const size_t bytes : {1U, 2U, 3U, 5U, 1000U}) {
      const ThinkTag::Split split = InPieces(c.content, bytes);
      EXPECT_EQ(split.thinking, c.thinking) << c.content << " in pieces of " << bytes;
      EXPECT_EQ(split.text, c.text) << c.content << " in pieces of " << bytes;
    }
  }
}

TEST(ThinkTagTest, AnswerIsNotHeldBack) {
  ThinkTag tag;
  EXPECT_EQ(tag.Read("{").text, "{");
  EXPECT_EQ(tag.Read("<").text, "<");
}

TEST(ThinkTagTest, BlanksWithoutEndAreNotHeldForEver) {
  ThinkTag tag;
  std::string told;
  for (int i = 0; i < 1000; ++i) told += tag.Read("\n").text;
  EXPECT_EQ(told.size(), 1000U);
}

}  // namespace
}  // namespace extractd::providers::openai_chat
