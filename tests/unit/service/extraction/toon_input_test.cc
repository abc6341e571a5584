#include "server/service/extraction/toon_input.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(ToonInputTest, TablesAreShorter) {
  const auto input = ShorterAsToon(
      R"([{"name":"Ada","born":1815},{"name":"Grace","born":1906},{"name":"Alan","born":1912}])"
  );
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->text, "```toon\n[3]{name,born}:\n  Ada,1815\n  Grace,1906\n  Alan,1912\n```");
  EXPECT_GT(input->saved_tokens, 0);
}

TEST(ToonInputTest, WhatIsNotShorterOrNotWholeStaysJson) {
  EXPECT_FALSE(ShorterAsToon("7").has_value());
  EXPECT_FALSE(ShorterAsToon("[]").has_value());
  EXPECT_FALSE(ShorterAsToon("{").has_value());
  const auto table = [](std::string_view cell) {
    std::string json = "[";
    for (int i = 0; i < 30; ++i) json += fmt::format(R"({{"a":1,"b":{}}},)", cell);
    return json + R"({"a":1,"b":2}])";
  };
  EXPECT_TRUE(ShorterAsToon(table("3")).has_value());
  EXPECT_FALSE(ShorterAsToon(table(R"("\ud800")")).has_value());
  EXPECT_FALSE(ShorterAsToon(table(R"(3,"a":2)")).has_value());
}

}  // namespace
}  // namespace extractd
