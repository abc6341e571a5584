#include "server/service/request/read_chat.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

class ReadChatTest : public ::testing::Test {
 protected:
  v1::Part& AddPart(v1::Role role) {
    v1::Message& message = *request_.add_messages();
    message.set_role(role);
    return *message.add_parts();
  }

  const ExtractCall& Read() {
    ReadChat(request_, call_, {fields_, urls_});
    return call_;
  }

  std::string Fields() const {
    std::string fields;
    for (const FieldViolation& violation : fields_) fields += violation.field + ";";
    return fields;
  }

  v1::ExtractRequest request_;
  ExtractCall call_;
  std::vector<FieldViolation> fields_;
  std::vector<FieldViolation> urls_;
};

TEST_F(ReadChatTest, ThePartsOfTheChatStandInTheirOrder) {
  request_.set_input("last");
  request_.set_system_prompt("first");
  AddPart(v1::ROLE_ASSISTANT).set_text("middle");
  const std::vector<Message>& messages = Read().messages;
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].role, Role::kSystem);
  EXPECT_EQ(messages[1].text, "middle");
  EXPECT_EQ(messages[2].text, "last");
  EXPECT_EQ(Fields(), "");
}

TEST_F(ReadChatTest, MediaStandBetweenTheTextsOfTheirMessage) {
  AddPart(v1::ROLE_USER).set_text("before");
  v1::Message& message = *request_.mutable_messages(0);
  v1::Media& image = *message.add_parts()->mutable_image();
  image.set_data("\x89PNG");
  image.set_media_type("image/png");
  message.add_parts()->set_text("after");
  v1::Media& document = *message.add_parts()->mutable_document();
  document.set_provider_file_id("file-7");
  document.set_filename("a.pdf");
  v1::Media& audio = *message.add_parts()->mutable_audio();
  audio.set_url("https://example.com/a.mp3");
  const Message& read = Read().messages.at(0);
  EXPECT_EQ(Fields(), "");
  EXPECT_TRUE(urls_.empty());
  EXPECT_EQ(read.text, "before\nafter");
  ASSERT_EQ(read.media.size(), 3U);
  EXPECT_EQ(read.media[0].kind, MediaKind::kImage);
  EXPECT_EQ(read.media[0].source, MediaSource::kBytes);
  EXPECT_EQ(read.media[0].content, "\x89PNG");
  EXPECT_EQ(read.media[0].text_offset, 6U);
  EXPECT_EQ(read.media[1].source, MediaSource::kFileId);
  EXPECT_EQ(read.media[1].filename, "a.pdf");
  EXPECT_EQ(read.media[1].text_offset, 12U);
  EXPECT_EQ(read.media[2].kind, MediaKind::kAudio);
  EXPECT_EQ(read.media[2].source, MediaSource::kUrl);
}

TEST_F(ReadChatTest, EveryProblemOfMediaIsNamed) {
  AddPart(v1::ROLE_USER).mutable_image();
  AddPart(v1::ROLE_USER).mutable_image()->set_data("x");
  AddPart(v1::ROLE_USER).mutable_image()->set_data("");
  v1::Media& odd = *AddPart(v1::ROLE_USER).mutable_document();
  odd.set_provider_file_id("");
  odd.set_media_type("png");
  odd.set_filename("a\nb");
  v1::Media& misplaced = *AddPart(v1::ROLE_ASSISTANT).mutable_audio();
  misplaced.set_data("x");
  misplaced.set_media_type("audio/wav");
  Read();
  EXPECT_EQ(
      Fields(),
      "messages[0].parts[0].image;"
      "messages[1].parts[0].image.media_type;"
      "messages[2].parts[0].image.data;messages[2].parts[0].image.media_type;"
      "messages[3].parts[0].document.media_type;messages[3].parts[0].document.filename;"
      "messages[3].parts[0].document.provider_file_id;"
      "messages[4].parts[0].audio;"
  );
}

TEST_F(ReadChatTest, AForbiddenAddressIsAProblemOfItsOwnKind) {
  AddPart(v1::ROLE_USER).mutable_image()->set_url("http://169.254.169.254/");
  Read();
  EXPECT_EQ(Fields(), "");
  ASSERT_EQ(urls_.size(), 1U);
  EXPECT_EQ(urls_[0].field, "messages[0].parts[0].image.url");
}

TEST_F(ReadChatTest, MediaAreCounted) {
  AddPart(v1::ROLE_USER).set_text("many");
  for (size_t i = 0; i <= kMaxMedia; ++i) {
    request_.mutable_messages(0)->add_parts()->mutable_image()->set_provider_file_id("f");
  }
  Read();
  EXPECT_EQ(Fields(), "messages;");
}

TEST_F(ReadChatTest, ThinkingAndFailedToolsAreKept) {
  v1::Thinking& thinking = *AddPart(v1::ROLE_ASSISTANT).mutable_thinking();
  thinking.set_text("hm");
  thinking.set_opaque("c2ln");
  v1::ToolCall& call = *request_.mutable_messages(0)->add_parts()->mutable_tool_call();
  call.set_id("c1");
  v1::ToolResult& result = *AddPart(v1::ROLE_TOOL).mutable_tool_result();
  result.set_tool_call_id("c1");
  result.set_is_error(true);
  const std::vector<Message>& messages = Read().messages;
  ASSERT_EQ(messages.size(), 2U);
  ASSERT_EQ(messages[0].thinking.size(), 1U);
  EXPECT_EQ(messages[0].thinking[0].text, "hm");
  EXPECT_EQ(messages[0].thinking[0].opaque, "c2ln");
  EXPECT_TRUE(messages[1].tool_failed);
}

TEST_F(ReadChatTest, ThinkingOfOthersThanTheModelIsRefused) {
  AddPart(v1::ROLE_USER).mutable_thinking()->set_text("hm");
  AddPart(v1::ROLE_ASSISTANT).mutable_thinking()->set_opaque("\xff");
  Read();
  EXPECT_EQ(Fields(), "messages[0].parts[0].thinking;messages[1].parts[0].thinking.opaque;");
}

TEST_F(ReadChatTest, NothingToReadIsAProblem) {
  Read();
  EXPECT_EQ(Fields(), "input;");
}

}  // namespace
}  // namespace extractd
