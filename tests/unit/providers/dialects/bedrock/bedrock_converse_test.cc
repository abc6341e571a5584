#include "server/providers/dialects/bedrock/bedrock_converse.h"

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"
#include "tests/fakes/vectors.h"

namespace extractd::providers {
namespace {

TEST(BedrockConverseTest, IsFoundByItsNameAndStreamsInAwsFrames) {
  EXPECT_EQ(FindDialect("bedrock_converse"), &BedrockConverse());
  EXPECT_EQ(BedrockConverse().framing(), StreamFraming::kAwsEventStream);
  EXPECT_NE(BedrockConverse().NewStreamDecoder(), nullptr);
}

TEST(BedrockConverseTest, ThePathHoldsTheModelEncodedWhole) {
  const auto path = [](std::string model, bool stream) {
    return BedrockConverse().Path({}, {.model = std::move(model), .stream = stream});
  };
  EXPECT_EQ(path("amazon.nova-lite-v1:0", false), "/model/amazon.nova-lite-v1%3A0/converse");
  EXPECT_EQ(path("amazon.nova-lite-v1:0", true), "/model/amazon.nova-lite-v1%3A0/converse-stream");
  EXPECT_EQ(path("a/../b?c", false), "/model/a%2F..%2Fb%3Fc/converse");
}

TEST(BedrockConverseTest, PathsAreThoseOfAnotherClient) {
  REQUIRE_VECTORS();
  const nlohmann::json requests = ReadVectors()["botocore_real_requests"];
  constexpr size_t kSigned = 3;  // the last one is about something else
  for (size_t i = 0; i < kSigned; ++i) {
    const std::string model = requests[i]["modelId"];
    const std::string url = requests[i]["url"];
    EXPECT_EQ(
        "https://bedrock-runtime.us-east-1.amazonaws.com" +
            BedrockConverse().Path({}, {.model = model}),
        url
    );
  }
}

TEST(BedrockConverseTest, AStatusOf200IsAReplyAndAnyOtherAnError) {
  const char* body = R"({"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},)"
                     R"("stopReason":"end_turn"})";
  EXPECT_TRUE(BedrockConverse().Decode(200, body, NoHeader).ok());
  EXPECT_EQ(BedrockConverse().Decode(503, body, NoHeader).failure, SendFailure::kServerError);
}

}  // namespace
}  // namespace extractd::providers
