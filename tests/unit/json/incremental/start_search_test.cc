#include "server/json/incremental/start_search.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

// The text from the found bracket on, fed byte by byte; "none".
std::string Found(std::string_view text) {
  StartSearch search;
  for (size_t size = 0; size <= text.size(); ++size) {
    if (const auto at = search.Next(text.substr(0, size))) return std::string(text.substr(*at));
  }
  return "none";
}

bool Leads(std::string_view text) {
  StartSearch search;
  search.Next(text);
  return search.leads();
}

TEST(StartSearchTest, PassesOverProseThoughtsAndFences) {
  EXPECT_EQ(Found("{1"), "{1");
  EXPECT_EQ(Found("So: [1"), "[1");
  EXPECT_EQ(Found("<think>{a}</think> {1"), "{1");
  EXPECT_EQ(Found("<thinking>{a}</thinking>{1"), "{1");
  EXPECT_EQ(Found("```json {1"), "{1");
  EXPECT_EQ(Found("a < b, `c` <th {1"), "{1");
  EXPECT_EQ(Found("<think>{a}"), "none");
  EXPECT_EQ(Found("<thinkx>{a}"), "{a}");
  EXPECT_EQ(Found("nothing"), "none");
}

TEST(StartSearchTest, PassesOverAStringThatMayBeAllOfTheText) {
  EXPECT_EQ(Found(R"("{a}\"{b}" {c})"), "{c}");
  EXPECT_EQ(Found(R"("{a}\\" {c})"), "{c}");
  EXPECT_EQ(Found(R"("{a})"), "none");
  EXPECT_EQ(Found(R"(So "{a}")"), "{a}\"");
}

TEST(StartSearchTest, AValueLeadsWhereTheTextOrAFenceStarts) {
  EXPECT_TRUE(Leads(" \n{"));
  EXPECT_TRUE(Leads("<think>x</think>\n{"));
  EXPECT_TRUE(Leads("Here:\n```json\n{"));
  EXPECT_FALSE(Leads("Here: {"));
  EXPECT_FALSE(Leads("```\nx = 1\n{"));
}

TEST(StartSearchTest, GoesOnBehindAFind) {
  StartSearch search;
  const std::string_view text = "[a] [b]";
  EXPECT_EQ(search.Next(text), 0U);
  search.GoTo(1);
  EXPECT_EQ(search.Next(text), 4U);
  EXPECT_FALSE(search.leads());
}

}  // namespace
}  // namespace extractd::json
