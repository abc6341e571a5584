#include "server/providers/dialects/media.h"

#include <algorithm>

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/base/utf8.h"

namespace extractd::providers {
namespace {

std::string_view NameOf(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return "images";
    case MediaKind::kAudio:
      return "audio";
    case MediaKind::kDocument:
      return "documents";
  }
  return "media";
}

std::string_view NameOf(MediaSource source) {
  switch (source) {
    case MediaSource::kBytes:
      return "as bytes";
    case MediaSource::kUrl:
      return "by address";
    case MediaSource::kFileId:
      return "by file id";
  }
  return "";
}

}  // namespace

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(Absl(bytes));
}

std::string DataUrl(const Media& media) {
  return fmt::format("data:{};base64,{}", media.media_type, Base64(media.content));
}

std::string_view AudioFormat(std::string_view media_type) {
  const size_t slash = media_type.find('/');
  std::string_view format = slash == std::string_view::npos ? "" : media_type.substr(slash + 1);
  if (format.starts_with("x-")) format.remove_prefix(2);
  if (format == "mpeg") return "mp3";
  if (format == "wave" || format == "vnd.wave") return "wav";
  return format;
}

bool IsTextDocument(const Media& media) {
  const bool text = media.media_type.starts_with("text/") || media.media_type == "application/json";
  return media.kind == MediaKind::kDocument && media.source == MediaSource::kBytes && text &&
         IsValidUtf8(media.content);
}

absl::Status UnsupportedMedia(std::string_view provider, const Media& media) {
  const std::string problem = fmt::format(
      "'{}' takes no {} {}{}{}",
      provider,
      NameOf(media.kind),
      NameOf(media.source),
      media.media_type.empty() ? "" : " of type ",
      media.media_type
  );
  return MakeError(
      {.reason = Reason::kMediaNotSupported,
       .metadata = {{"provider", std::string(provider)}, {"media_type", media.media_type}}},
      problem
  );
}

absl::Status ForEachPart(
    const Message& message,
    absl::FunctionRef<void(std::string_view text)> on_text,
    absl::FunctionRef<absl::Status(const Media& media)> on_media
) {
  const std::string_view text = message.text;
  size_t said = 0;
  for (const Media& media : message.media) {
    const size_t offset = std::clamp(media.text_offset, said, text.size());
    if (offset > said) on_text(text.substr(said, offset - said));
    said = offset;
    RETURN_IF_ERROR(on_media(media));
  }
  if (said < text.size()) on_text(text.substr(said));
  return absl::OkStatus();
}

}  // namespace extractd::providers
