#include "server/providers/dialects/openai_chat/arrange.h"

#include <gtest/gtest.h>

namespace extractd::providers::openai_chat {
namespace {

// One word a message, as "s:a" or "a:x(c1,c2)" or "t:y<c1".
std::string Outline(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) {
    if (!text.empty()) text += " ";
    text += std::string("suat").substr(static_cast<size_t>(message.role), 1) + ":" + message.text;
    for (const ToolCall& call : message.tool_calls) text += "(" + call.id + ")";
    if (!message.tool_call_id.empty()) text += "<" + message.tool_call_id;
  }
  return text;
}

Message Of(Role role, std::string text) {
  return {.role = role, .text = std::move(text)};
}

std::vector<Message> TwoCalls() {
  return {
      Of(Role::kUser, "q"),
      {.role = Role::kAssistant, .text = "x", .tool_calls = {{.id = "c1"}, {.id = "c2"}}},
      {.role = Role::kTool, .text = "r1", .tool_call_id = "c1"},
      {.role = Role::kTool, .text = "r2", .tool_call_id = "c2"},
      Of(Role::kUser, "again"),
  };
}

TEST(ArrangeTest, NothingIsTouchedWhereTheRowWantsNothing) {
  EXPECT_FALSE(NeedsArranging({}));
  EXPECT_EQ(Outline(Arrange({}, TwoCalls())), "u:q a:x(c1)(c2) t:r1<c1 t:r2<c2 u:again");
}

TEST(ArrangeTest, SystemMessagesBecomeOneInFront) {
  const std::vector<Message> messages = {
      Of(Role::kUser, "q"),
      Of(Role::kSystem, "a"),
      Of(Role::kAssistant, "x"),
      Of(Role::kSystem, "b"),
  };
  EXPECT_EQ(Outline(Arrange({.one_system_message = true}, messages)), "s:a\n\nb u:q a:x");
}

TEST(ArrangeTest, NeighboursOfOneRoleAreMergedButNotCalls) {
  std::vector<Message> messages = TwoCalls();
  messages.push_back(Of(Role::kUser, "and again"));
  messages.insert(messages.begin() + 2, Of(Role::kAssistant, "more"));
  EXPECT_EQ(
      Outline(Arrange({.merges_roles = true}, messages)),
      "u:q a:x(c1)(c2) a:more t:r1<c1 t:r2<c2 u:again\n\nand again"
  );
}

TEST(ArrangeTest, MediaKeepTheirPlaceInMergedText) {
  Message second = Of(Role::kUser, "see here");
  second.media = {{.content = "i", .text_offset = 4}};
  const auto merged = Arrange({.merges_roles = true}, {Of(Role::kUser, "first"), second});
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].text, "first\n\nsee here");
  EXPECT_EQ(merged[0].media[0].text_offset, 11U);
}

TEST(ArrangeTest, EachCallIsFollowedByItsResult) {
  EXPECT_EQ(
      Outline(Arrange({.splits_parallel_calls = true}, TwoCalls())),
      "u:q a:x(c1) t:r1<c1 a:(c2) t:r2<c2 u:again"
  );
}

TEST(ArrangeTest, ResultsBecomeTheUsersWords) {
  EXPECT_EQ(
      Outline(Arrange({.tool_results_from_user = true}, TwoCalls())),
      "u:q a:x(c1)(c2) u:r1 u:r2 u:again"
  );
}

TEST(ArrangeTest, CallsAndResultsGetTheSameShortIds) {
  const auto arranged = Arrange({.short_call_ids = true}, TwoCalls());
  EXPECT_EQ(arranged[1].tool_calls[0].id, arranged[2].tool_call_id);
  EXPECT_EQ(arranged[1].tool_calls[1].id, arranged[3].tool_call_id);
  EXPECT_NE(arranged[2].tool_call_id, arranged[3].tool_call_id);
}

TEST(ArrangeTest, ShortIdsAreNineLettersOrDigitsAndFitOnesStay) {
  EXPECT_EQ(ShortCallId("AbC123xyz"), "AbC123xyz");
  for (const auto* id : {"", "call_1", "toolu_01A09q90qw90lq917835lq9", "AbC-23xyz"}) {
    const std::string short_id = ShortCallId(id);
    EXPECT_EQ(short_id.size(), 9U);
    EXPECT_EQ(
        short_id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789"),
        std::string::npos
    );
    EXPECT_EQ(short_id, ShortCallId(id)) << "the same each time";
  }
}

}  // namespace
}  // namespace extractd::providers::openai_chat
