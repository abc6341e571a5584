#include "server/registry/media_check.h"

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

ProviderRow Row() {
  ProviderRow row = {.name = "acme"};
  row.media = {
      {.kind = MediaKind::kImage, .types = {"image/png"}, .max_bytes = 4, .max_count = 2},
      {.kind = MediaKind::kDocument, .types = {"text/*"}, .bytes = false, .file_ids = true},
  };
  return row;
}

Media Image(std::string content) {
  return {.kind = MediaKind::kImage, .content = std::move(content), .media_type = "image/png"};
}

// The error's message; empty if the media are taken.
std::string Refusal(
    std::vector<Media> media, const ProviderRow& row = Row(), const ModelFamily& family = {}
) {
  const std::vector<Message> messages = {{.text = "see"}, {.media = std::move(media)}};
  const absl::Status status = CheckMedia(row, family, messages);
  if (status.ok()) return "";
  const auto details = DetailsOf(status);
  EXPECT_TRUE(details.has_value());
  if (details.has_value()) EXPECT_EQ(details->reason, Reason::kMediaNotSupported);
  return std::string(status.message());
}

TEST(MediaCheckTest, WhatTheRowListsIsTaken) {
  EXPECT_EQ(Refusal({Image("1234"), Image("1")}), "");
  EXPECT_EQ(
      Refusal(
          {{.kind = MediaKind::kDocument, .source = MediaSource::kFileId, .media_type = "text/x"}}
      ),
      ""
  );
}

TEST(MediaCheckTest, WhereNobodyKnowsTheProviderJudges) {
  EXPECT_EQ(Refusal({Image(std::string(100, 'x'))}, {.name = "acme"}), "");
}

TEST(MediaCheckTest, AKindWithoutARuleIsNotTaken) {
  EXPECT_NE(Refusal({{.kind = MediaKind::kAudio}}).find("takes no audio"), std::string::npos);
}

TEST(MediaCheckTest, AFamilyMayTakeLessThanItsProvider) {
  const ModelFamily family = {.no_media = {MediaKind::kImage}};
  EXPECT_NE(Refusal({Image("1")}, Row(), family).find("takes no images"), std::string::npos);
}

TEST(MediaCheckTest, TypesSourcesSizesAndNumbersAreNamedWithWhatIsTaken) {
  Media jpeg = Image("1");
  jpeg.media_type = "image/jpeg";
  EXPECT_NE(Refusal({jpeg}).find("only as image/png"), std::string::npos);
  Media upper = Image("1");
  upper.media_type = "IMAGE/PNG";
  EXPECT_EQ(Refusal({upper}), "");
  EXPECT_NE(
      Refusal({{.kind = MediaKind::kDocument, .media_type = "text/plain"}})
          .find("only as provider_file_id"),
      std::string::npos
  );
  EXPECT_NE(Refusal({Image("12345")}).find("at most 4 bytes; this has 5"), std::string::npos);
  EXPECT_NE(Refusal({Image("1"), Image("2"), Image("3")}).find("at most 2"), std::string::npos);
}

}  // namespace
}  // namespace extractd
