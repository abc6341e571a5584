#include "server/service/callers/tokens_file.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

// echo -n abc | sha256sum
constexpr std::string_view kHashOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(TokensFileTest, LinesAreAPrincipalAndAHash) {
  const std::string text = "# callers\n\n billing \t sha256:" + std::string(kHashOfAbc) +
                           "  # since May\r\nmail sha256:" + std::string(64, 'F');
  const auto rows = ParseTokens(text);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].principal, "billing");
  EXPECT_EQ((*rows)[0].hash, HashOf("abc"));
  EXPECT_EQ((*rows)[1].principal, "mail");
  EXPECT_EQ((*rows)[1].hash[31], 0xFF);
}

TEST(TokensFileTest, WrongLinesAreNamedByNumberAndNotShown) {
  const std::string hash(kHashOfAbc);
  for (const std::string& line :
       {std::string("billing"),
        std::string("billing plain-secret"),
        "billing sha256:" + hash.substr(1),
        "billing sha256:" + hash + "0",
        "billing sha256:g" + hash.substr(1),
        "a b sha256:" + hash,
        "sha256:" + hash}) {
    const auto rows = ParseTokens("# first\n" + line + "\n");
    ASSERT_FALSE(rows.ok()) << line;
    const std::string problem(rows.status().message());
    EXPECT_TRUE(problem.starts_with("line 2: ")) << problem;
    EXPECT_EQ(problem.find("plain-secret"), std::string::npos);
  }
}

TEST(TokensFileTest, HoldsAThousandTokensAtMost) {
  std::string text;
  for (size_t i = 0; i < kMaxTokens; ++i) text += "a sha256:" + std::string(kHashOfAbc) + "\n";
  EXPECT_TRUE(ParseTokens(text).ok());
  text += "a sha256:" + std::string(kHashOfAbc);
  EXPECT_EQ(ParseTokens(text).status().message(), "holds 1001 tokens, more than 1000");
}

TEST(TokensFileTest, ANewTokenFitsItsLineAndNoOther) {
  const Secret token = NewToken();
  EXPECT_EQ(token.Reveal().size(), 67U);
  EXPECT_NE(token, NewToken());
  const auto rows = ParseTokens(TokenLine("billing", token));
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->at(0).hash, HashOf(token.Reveal()));
}

}  // namespace
}  // namespace extractd
