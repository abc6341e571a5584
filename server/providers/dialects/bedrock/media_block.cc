#include "server/providers/dialects/bedrock/media_block.h"

#include <algorithm>
#include <array>

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include "server/base/strings.h"

namespace extractd::providers::bedrock_converse {
namespace {

struct FormatRow {
  std::string_view media_type;
  std::string_view format;
};
constexpr std::array kFormats = {
    FormatRow{"application/msword", "doc"},
    FormatRow{"application/vnd.ms-excel", "xls"},
    FormatRow{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    FormatRow{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    FormatRow{"audio/mp4", "m4a"},
    FormatRow{"audio/mpeg", "mp3"},
    FormatRow{"audio/x-wav", "wav"},
    FormatRow{"image/jpg", "jpeg"},
    FormatRow{"text/markdown", "md"},
    FormatRow{"text/plain", "txt"},
};

std::string_view KindName(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return "image";
    case MediaKind::kAudio:
      return "audio";
    case MediaKind::kDocument:
      return "document";
  }
  return "document";
}

bool MayStandInAName(char c) {
  constexpr std::string_view kMarks = "-()[]";
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         kMarks.find(c) != std::string_view::npos;
}

void WriteSource(const Media& media, json::TextWriter& out) {
  out.Key("source").BeginObject();
  if (media.source == MediaSource::kBytes) {
    out.Member("bytes", absl::Base64Escape(media.content));
  } else {
    out.Key("s3Location").BeginObject().Member("uri", media.content).EndObject();
  }
  out.EndObject();
}

}  // namespace

std::string_view FormatOf(std::string_view media_type) {
  media_type = media_type.substr(0, media_type.find(';'));
  const auto* known = std::ranges::find(kFormats, media_type, &FormatRow::media_type);
  if (known != kFormats.end()) return known->format;
  return media_type.substr(std::min(media_type.find('/') + 1, media_type.size()));
}

std::string DocumentName(std::string_view filename, size_t number) {
  constexpr size_t kMaxBytes = 180;  // of 200, with the number
  filename = filename.substr(0, filename.rfind('.'));
  std::string name;
  for (const char c : filename.substr(0, kMaxBytes)) {
    if (MayStandInAName(c)) {
      name += c;
    } else if (!name.empty() && name.back() != ' ') {
      name += ' ';
    }
  }
  absl::StripTrailingAsciiWhitespace(&name);
  if (name.empty()) name = "document";
  return number > 1 ? fmt::format("{} ({})", name, number) : name;
}

void WriteMediaBlock(const Media& media, std::string_view document_name, json::TextWriter& out) {
  out.BeginObject().Key(KindName(media.kind)).BeginObject();
  const std::string type = ToLower(media.media_type);
  if (!type.empty()) out.Member("format", FormatOf(type));
  if (media.kind == MediaKind::kDocument) out.Member("name", document_name);
  WriteSource(media, out);
  out.EndObject().EndObject();
}

}  // namespace extractd::providers::bedrock_converse
