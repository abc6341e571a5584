#include "server/schema/format/punycode.h"

#include <string_view>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

CodePoints From(std::u32string_view text) {
  return {text.begin(), text.end()};
}

// Among them samples of RFC 3492, 7.1.
TEST(PunycodeTest, EncodesAndDecodes) {
  const std::pair<std::u32string_view, std::string_view> cases[] = {
      {U"bücher", "bcher-kva"},
      {U"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"},
      {U"パフィーdeルンバ", "de-jg4avhby1noc0d"},
      {U"ü", "tda"},
      {U"-> $1.00 <-", "-> $1.00 <--"},
      {U"", ""},
  };
  for (const auto& [text, code] : cases) {
    EXPECT_EQ(EncodePunycode(From(text)), code);
    EXPECT_EQ(DecodePunycode(code), From(text)) << code;
  }
  EXPECT_EQ(DecodePunycode("BCHER-KVA"), From(U"BüCHER"));
}

TEST(PunycodeTest, WhatIsNoneIsRefused) {
  for (const std::string_view code : {"a-!", "tda-ä", "99999999", "zzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_EQ(DecodePunycode(code), std::nullopt) << code;
  }
}

}  // namespace
}  // namespace extractd::schema
