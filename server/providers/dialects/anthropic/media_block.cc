#include "server/providers/dialects/anthropic/media_block.h"

#include <string_view>

#include "server/providers/dialects/media.h"

namespace extractd::providers::anthropic {
namespace {

constexpr std::string_view kPdf = "application/pdf";

bool IsTaken(const Media& media) {
  if (media.kind != MediaKind::kDocument || media.source != MediaSource::kBytes) {
    return media.kind != MediaKind::kAudio;
  }
  return media.media_type == kPdf || IsTextDocument(media);
}

// Texts go as they are, everything else in base64.
void WriteBytes(const Media& media, json::TextWriter& out) {
  if (IsTextDocument(media)) {
    out.Member("type", "text").Member("media_type", "text/plain").Member("data", media.content);
    return;
  }
  out.Member("type", "base64").Member("media_type", media.media_type);
  out.Member("data", Base64(media.content));
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

absl::Status WriteMedia(const Media& media, std::string_view provider, json::TextWriter& out) {
  if (!IsTaken(media)) return UnsupportedMedia(provider, media);
  const bool document = media.kind == MediaKind::kDocument;
  out.BeginObject().Member("type", document ? "document" : "image");
  WriteSource(media, out);
  if (document && !media.filename.empty()) out.Member("title", media.filename);
  out.EndObject();
  return absl::OkStatus();
}

}  // namespace extractd::providers::anthropic
