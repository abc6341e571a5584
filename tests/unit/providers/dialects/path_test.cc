#include "server/providers/dialects/path.h"

#include <gtest/gtest.h>

namespace extractd::providers {
namespace {

TEST(PathTest, FixedPathServesStreamsToo) {
  const ProviderRow row = {.chat_path = "/v1/messages"};
  EXPECT_EQ(PathOf(row, {.model = "m"}), "/v1/messages");
  EXPECT_EQ(PathOf(row, {.model = "m", .stream = true}), "/v1/messages");
  EXPECT_FALSE(PathNamesModel(row));
}

TEST(PathTest, ModelStandsInThePathPercentEncoded) {
  const ProviderRow row = {
      .chat_path = "/models/{model}:generate", .stream_path = "/models/{model}:stream?alt=sse"
  };
  EXPECT_TRUE(PathNamesModel(row));
  EXPECT_EQ(PathOf(row, {.model = "claude-5@x"}), "/models/claude-5%40x:generate");
  EXPECT_EQ(
      PathOf(row, {.model = "a/../b?c", .stream = true}), "/models/a%2F..%2Fb%3Fc:stream?alt=sse"
  );
}

}  // namespace
}  // namespace extractd::providers
