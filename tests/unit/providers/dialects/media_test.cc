#include "server/providers/dialects/media.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/providers/provider_table.h"
#include "server/registry/media_check.h"

namespace extractd::providers {
namespace {

// What the rows say of media is held against the dialects that write them.
constexpr std::array kKinds = {MediaKind::kImage, MediaKind::kAudio, MediaKind::kDocument};
constexpr std::array kSources = {MediaSource::kBytes, MediaSource::kUrl, MediaSource::kFileId};

// Of these nothing is known, which their pages say: the provider judges.
const std::set<std::string> kUnknown = {
    "ai21",
    "cerebras",
    "databricks",
    "fireworks",
    "huggingface",
    "lmstudio",
    "openrouter",
    "snowflake",
    "together",
    "vllm",
    "xai",
    "zai",
};

std::string_view UsualType(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return "image/png";
    case MediaKind::kAudio:
      return "audio/wav";
    case MediaKind::kDocument:
      return "application/pdf";
  }
  return "";
}

Media Of(MediaKind kind, MediaSource source, std::string_view type) {
  return {
      .kind = kind,
      .source = source,
      .content = source == MediaSource::kUrl ? "https://files.example/a" : "abc",
      .media_type = std::string(type),
  };
}

ChatRequest Asking(const Media& media) {
  return {.model = "a-model", .messages = {{.text = "What is it?", .media = {media}}}};
}

bool Writes(std::string_view dialect, const ProviderRow& row, const Media& media) {
  return FindDialect(dialect)->EncodeBody(row, {}, Asking(media)).ok();
}

// By the row's own dialect, or over the Responses API where the row has one.
bool SomeDialectWrites(const ProviderRow& row, const Media& media) {
  return Writes(row.dialect, row, media) ||
         (!row.responses_path.empty() && Writes("openai_responses", row, media));
}

bool Takes(const MediaRule& rule, MediaSource source) {
  switch (source) {
    case MediaSource::kBytes:
      return rule.bytes;
    case MediaSource::kUrl:
      return rule.urls;
    case MediaSource::kFileId:
      return rule.file_ids;
  }
  return false;
}

const MediaRule* RuleFor(const ProviderRow& row, MediaKind kind) {
  const auto rule = std::ranges::find(*row.media, kind, &MediaRule::kind);
  return rule == row.media->end() ? nullptr : &*rule;
}

absl::Status Checked(const ProviderRow& row, const Media& media) {
  return CheckMedia(row, {}, Asking(media).messages);
}

// MEDIA_NOT_SUPPORTED, with the provider's name.
void ExpectRefused(const ProviderRow& row, const Media& media) {
  const absl::Status status = Checked(row, media);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(DetailsOf(status)->reason, Reason::kMediaNotSupported);
  EXPECT_NE(status.message().find(row.name), std::string::npos) << status;
}

TEST(MediaTest, AudioFormatsHaveTheNamesOfThisProtocol) {
  EXPECT_EQ(AudioFormat("audio/mpeg"), "mp3");
  EXPECT_EQ(AudioFormat("audio/x-wav"), "wav");
  EXPECT_EQ(AudioFormat("audio/vnd.wave"), "wav");
  EXPECT_EQ(AudioFormat("audio/flac"), "flac");
  EXPECT_EQ(AudioFormat("nonsense"), "");
}

TEST(MediaTest, PartsStandWhereTheTextHasThem) {
  const Message message = {
      .text = "abc",
      .media = {{.content = "1", .text_offset = 1}, {.content = "2", .text_offset = 99}},
  };
  std::string told;
  const auto on_media = [&told](const Media& media) {
    told += media.content;
    return absl::OkStatus();
  };
  EXPECT_TRUE(ForEachPart(
                  message, [&told](std::string_view text) { told += text; }, on_media
  )
                  .ok());
  EXPECT_EQ(told, "a1bc2");
}

TEST(MediaRulesTest, EachRowHasRulesOrIsNamedAsUnknown) {
  std::set<std::string> unknown;
  for (const ProviderRow& row : BuiltInProviders()) {
    if (!row.media.has_value()) unknown.insert(row.name);
  }
  EXPECT_EQ(unknown, kUnknown);
}

TEST(MediaRulesTest, WhatARowTakesIsWrittenByADialectOfIt) {
  for (const ProviderRow& row : BuiltInProviders()) {
    if (!row.media.has_value()) continue;
    for (const MediaRule& rule : *row.media) {
      for (const MediaSource source : kSources) {
        if (!Takes(rule, source)) continue;
        std::string type(rule.types.empty() ? UsualType(rule.kind) : rule.types.front());
        if (type.ends_with("/*")) type.back() = 'x';
        const Media media = Of(rule.kind, source, type);
        EXPECT_TRUE(Checked(row, media).ok()) << row.name << ' ' << type;
        EXPECT_TRUE(SomeDialectWrites(row, media))
            << row.name << ' ' << type << " source " << static_cast<int>(source);
      }
    }
  }
}

TEST(MediaRulesTest, WhatARowDoesNotListIsRefusedByName) {
  for (const ProviderRow& row : BuiltInProviders()) {
    if (!row.media.has_value()) continue;
    SCOPED_TRACE(row.name);
    for (const MediaKind kind : kKinds) {
      const MediaRule* rule = RuleFor(row, kind);
      for (const MediaSource source : kSources) {
        if (rule == nullptr || !Takes(*rule, source)) {
          ExpectRefused(row, Of(kind, source, UsualType(kind)));
        }
      }
      if (rule == nullptr) continue;
      if (!rule->types.empty()) ExpectRefused(row, Of(kind, MediaSource::kBytes, "font/woff2"));
      if (rule->max_bytes == 0) continue;
      const std::string type(rule->types.empty() ? UsualType(kind) : rule->types.front());
      Media large = Of(kind, MediaSource::kBytes, type.ends_with("/*") ? "text/plain" : type);
      large.content.assign(rule->max_bytes + 1, 'x');
      ExpectRefused(row, large);
    }
  }
}

TEST(MediaRulesTest, WhatNoDialectOfAnUnknownRowCanWriteIsRefusedByIt) {
  const Media document = Of(MediaKind::kDocument, MediaSource::kBytes, "application/pdf");
  for (const ProviderRow& row : BuiltInProviders()) {
    if (row.media.has_value() || row.documents != DocumentForm::kNone) continue;
    const auto body = FindDialect(row.dialect)->EncodeBody(row, {}, Asking(document));
    ASSERT_FALSE(body.ok()) << row.name;
    EXPECT_EQ(DetailsOf(body.status())->reason, Reason::kMediaNotSupported) << row.name;
  }
}

// The rows in one table, for whoever reviews a change of them: I, A, D for images, audio and
// documents, with b, u, f for bytes, addresses and file ids.
TEST(MediaRulesTest, TheRulesAreTheseRules) {
  const std::map<std::string, std::string> expected = {
      {"anthropic", "Ibuf Dbuf"},
      {"azure", "Ibuf Ab Dbuf"},
      {"bedrock", "Ib Db Ab"},
      {"cohere", "Ibu Db"},
      {"deepseek", "Ibu Db"},
      {"google", "Ibuf Abuf Dbuf"},
      {"groq", "Ibu Db"},
      {"llamacpp", "Ibu Ab Db"},
      {"mistral", "Ibuf Abf Dbuf"},
      {"ollama", "Ib Db"},
      {"openai", "Ibuf Ab Dbuf"},
      {"perplexity", "Ibu Dbu"},
      {"vertexai", "Ibuf Abuf Dbuf"},
      {"vertexai-anthropic", "Ibuf Dbuf"},
      {"writer", "Ibu Db"},
  };
  std::map<std::string, std::string> found;
  for (const ProviderRow& row : BuiltInProviders()) {
    if (!row.media.has_value()) continue;
    std::string& text = found[row.name];
    for (const MediaRule& rule : *row.media) {
      if (!text.empty()) text += ' ';
      text += "IAD"[static_cast<size_t>(rule.kind)];
      for (const MediaSource source : kSources) {
        if (Takes(rule, source)) text += "buf"[static_cast<size_t>(source)];
      }
    }
  }
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace extractd::providers
