#include "server/providers/dialects/anthropic/media.h"

#include <string_view>

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/base/utf8.h"

namespace extractd::providers::anthropic {
namespace {

constexpr std::string_view kPdf = "application/pdf";

bool IsText(std::string_view media_type) {
  return media_type.starts_with("text/") || media_type == "application/json";
}

absl::Status CheckMedia(const Media& media) {
  if (media.kind == MediaKind::kAudio) {
    return absl::InvalidArgumentError("media: the protocol takes no audio; send a transcript");
  }
  const bool typed = media.kind == MediaKind::kDocument && media.source == MediaSource::kBytes;
  if (typed && media.media_type != kPdf && !IsText(media.media_type)) {
    return absl::InvalidArgumentError(
        fmt::format("media: documents are PDF or text, not {}; convert it first", media.media_type)
    );
  }
  return absl::OkStatus();
}

// Texts go as they are, everything else in base64.
void WriteBytes(const Media& media, json::TextWriter& out) {
  const bool text = media.kind == MediaKind::kDocument && IsText(media.media_type);
  out.Member("type", text ? "text" : "base64");
  if (text) {
    out.Member("media_type", "text/plain").Member("data", ReplaceInvalidUtf8(media.content));
    return;
  }
  out.Member("media_type", media.media_type);
  out.Member("data", absl::Base64Escape(Absl(media.content)));
}

void WriteSource(const Media& media, json::TextWriter& out) {
  out.Key("source").BeginObject();
  switch (media.source) {
    case MediaSource::kBytes:
      WriteBytes(media, out);
      break;
    case MediaSource::kUrl:
      out.Member("type", "url").Member("url", media.content);
      break;
    case MediaSource::kFileId:
      out.Member("type", "file").Member("file_id", media.content);
      break;
  }
  out.EndObject();
}

}  // namespace

absl::Status WriteMedia(const Media& media, json::TextWriter& out) {
  if (absl::Status checked = CheckMedia(media); !checked.ok()) return checked;
  const bool document = media.kind == MediaKind::kDocument;
  out.BeginObject().Member("type", document ? "document" : "image");
  WriteSource(media, out);
  if (document && !media.filename.empty()) out.Member("title", media.filename);
  out.EndObject();
  return absl::OkStatus();
}

}  // namespace extractd::providers::anthropic
