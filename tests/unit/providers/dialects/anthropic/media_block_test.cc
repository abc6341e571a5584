#include "server/providers/dialects/anthropic/media_block.h"

#include <gtest/gtest.h>

namespace extractd::providers::anthropic {
namespace {

std::string Block(const Media& media) {
  json::TextWriter out;
  const absl::Status written = WriteMedia(media, "acme", out);
  return written.ok() ? out.text()
                      : std::string(written.message().data(), written.message().size());
}

TEST(AnthropicMediaBlockTest, PicturesByBytesAddressAndId) {
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

TEST(AnthropicMediaBlockTest, DocumentsArePdfInBase64OrPlainText) {
  EXPECT_EQ(
      Block({.kind = MediaKind::kDocument, .content = "%PDF", .media_type = "application/pdf"}),
      R"({"type":"document","source":{"type":"base64","media_type":"application/pdf",)"
      R"("data":"JVBERg=="}})"
  );
  EXPECT_EQ(
      Block({.kind = MediaKind::kDocument, .content = "a,b", .media_type = "text/csv"}),
      R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b"}})"
  );
}

TEST(AnthropicMediaBlockTest, WhatTheProtocolCannotCarryIsRefusedByName) {
  EXPECT_EQ(
      Block({.kind = MediaKind::kAudio, .content = "x", .media_type = "audio/wav"}),
      "'acme' takes no audio as bytes of type audio/wav"
  );
  EXPECT_EQ(
      Block({.kind = MediaKind::kDocument, .content = "x", .media_type = "application/msword"}),
      "'acme' takes no documents as bytes of type application/msword"
  );
  EXPECT_NE(
      Block({.kind = MediaKind::kDocument, .content = "\xFF", .media_type = "text/csv"})
          .find("takes no documents"),
      std::string::npos
  ) << "it is no text";
}

}  // namespace
}  // namespace extractd::providers::anthropic
