#include "server/providers/dialects/anthropic/media.h"

#include <gtest/gtest.h>

namespace extractd::providers::anthropic {
namespace {

std::string Block(const Media& media) {
  json::TextWriter out;
  const absl::Status written = WriteMedia(media, out);
  return written.ok() ? out.text()
                      : std::string(written.message().data(), written.message().size());
}

TEST(AnthropicMediaTest, PicturesByBytesAddressAndId) {
  EXPECT_EQ(
      Block({.content = "abc", .media_type = "image/webp"}),
      R"({"type":"image","source":{"type":"base64","media_type":"image/webp","data":"YWJj"}})"
  );
  EXPECT_EQ(
      Block({.source = MediaSource::kUrl, .content = "https://x.example/a.jpg"}),
      R"({"type":"image","source":{"type":"url","url":"https://x.example/a.jpg"}})"
  );
  EXPECT_EQ(
      Block({.source = MediaSource::kFileId, .content = "file_1"}),
      R"({"type":"image","source":{"type":"file","file_id":"file_1"}})"
  );
}

TEST(AnthropicMediaTest, DocumentsArePdfInBase64OrPlainText) {
  EXPECT_EQ(
      Block({.kind = MediaKind::kDocument, .content = "%PDF", .media_type = "application/pdf"}),
      R"({"type":"document","source":{"type":"base64","media_type":"application/pdf",)"
      R"("data":"JVBERg=="}})"
  );
  EXPECT_EQ(
      Block({.kind = MediaKind::kDocument, .content = "a,b\xFF", .media_type = "text/csv"}),
      "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\","
      "\"data\":\"a,b\xEF\xBF\xBD\"}}"
  );
}

TEST(AnthropicMediaTest, WhatTheProtocolCannotCarryIsRefusedWithAWayOut) {
  EXPECT_EQ(
      Block({.kind = MediaKind::kAudio, .content = "x", .media_type = "audio/wav"}),
      "media: the protocol takes no audio; send a transcript"
  );
  EXPECT_EQ(
      Block({.kind = MediaKind::kDocument, .content = "x", .media_type = "application/msword"}),
      "media: documents are PDF or text, not application/msword; convert it first"
  );
}

}  // namespace
}  // namespace extractd::providers::anthropic
