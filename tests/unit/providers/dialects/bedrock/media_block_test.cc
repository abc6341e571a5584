#include "server/providers/dialects/bedrock/media_block.h"

#include <utility>

#include <gtest/gtest.h>

namespace extractd::providers::bedrock_converse {
namespace {

std::string Written(const Media& media, std::string_view name = {}) {
  json::TextWriter out;
  WriteMediaBlock(media, name, out);
  return std::move(out).Take();
}

TEST(BedrockMediaBlockTest, BytesGoInBase64UnderTheWordForTheirType) {
  EXPECT_EQ(
      Written({.kind = MediaKind::kImage, .content = "\x89PNG", .media_type = "image/png"}),
      R"({"image":{"format":"png","source":{"bytes":"iVBORw=="}}})"
  );
  EXPECT_EQ(
      Written({.kind = MediaKind::kAudio, .content = "abc", .media_type = "audio/mpeg"}),
      R"({"audio":{"format":"mp3","source":{"bytes":"YWJj"}}})"
  );
  EXPECT_EQ(
      Written(
          {.kind = MediaKind::kDocument, .content = "abc", .media_type = "application/PDF"}, "bill"
      ),
      R"({"document":{"format":"pdf","name":"bill","source":{"bytes":"YWJj"}}})"
  );
}

TEST(BedrockMediaBlockTest, AnAddressIsOneInS3) {
  EXPECT_EQ(
      Written({
          .kind = MediaKind::kImage,
          .source = MediaSource::kUrl,
          .content = "s3://bucket/key.png",
          .media_type = "image/png",
      }),
      R"({"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/key.png"}}}})"
  );
}

TEST(BedrockMediaBlockTest, EveryTypeHasItsWord) {
  EXPECT_EQ(FormatOf("image/jpeg"), "jpeg");
  EXPECT_EQ(FormatOf("text/plain; charset=utf-8"), "txt");
  EXPECT_EQ(FormatOf("text/markdown"), "md");
  EXPECT_EQ(FormatOf("text/csv"), "csv");
  EXPECT_EQ(FormatOf("text/html"), "html");
  EXPECT_EQ(FormatOf("application/msword"), "doc");
  EXPECT_EQ(
      FormatOf("application/vnd.openxmlformats-officedocument.wordprocessingml.document"), "docx"
  );
  EXPECT_EQ(FormatOf("strange"), "strange");
}

TEST(BedrockMediaBlockTest, DocumentNamesHaveOnlyWhatTheApiTakes) {
  EXPECT_EQ(DocumentName("bill.pdf", 1), "bill");
  EXPECT_EQ(DocumentName("Q3__report (final) [2].v2.pdf", 1), "Q3 report (final) [2] v2");
  EXPECT_EQ(DocumentName("grüße.pdf", 1), "gr e");
  EXPECT_EQ(DocumentName("", 1), "document");
  EXPECT_EQ(DocumentName("...", 3), "document (3)");
  EXPECT_LE(DocumentName(std::string(500, 'x'), 2).size(), 200U);
  EXPECT_NE(DocumentName("bill.pdf", 1), DocumentName("bill.pdf", 2));
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
