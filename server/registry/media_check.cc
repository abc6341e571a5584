#include "server/registry/media_check.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/base/strings.h"

namespace extractd {
namespace {

constexpr size_t kKinds = 3;

std::string_view NameOf(MediaKind kind) {
  constexpr std::array<std::string_view, kKinds> kNames = {"images", "audio", "documents"};
  return kNames.at(static_cast<size_t>(kind));
}

// "image/png" against "image/png" or "image/*".
bool Fits(std::string_view type, std::string_view pattern) {
  if (!pattern.ends_with("/*")) return type == pattern;
  return type.starts_with(pattern.substr(0, pattern.size() - 1));
}

class MediaCheck {
 public:
  MediaCheck(const ProviderRow& row, const ModelFamily& family) : row_(row), family_(family) {}

  absl::Status Check(const Media& media) {
    if (std::ranges::find(family_.no_media, media.kind) != family_.no_media.end()) {
      return Refuse(media, fmt::format("this model of it takes no {}", NameOf(media.kind)), "", "");
    }
    if (!row_.media.has_value()) return absl::OkStatus();
    const auto rule = std::ranges::find(*row_.media, media.kind, &MediaRule::kind);
    if (rule == row_.media->end()) {
      return Refuse(media, fmt::format("it takes no {}", NameOf(media.kind)), "", "");
    }
    RETURN_IF_ERROR(CheckSource(media, *rule));
    RETURN_IF_ERROR(CheckType(media, *rule));
    return CheckSize(media, *rule);
  }

 private:
  absl::Status Refuse(
      const Media& media, const std::string& problem, std::string supported, std::string limit
  ) const {
    return MakeError(
        {.reason = Reason::kMediaNotSupported,
         .metadata =
             {{"provider", row_.name},
              {"media_type", media.media_type},
              {"supported", std::move(supported)},
              {"limit", std::move(limit)}}},
        fmt::format("provider '{}': {}", row_.name, problem)
    );
  }

  absl::Status CheckSource(const Media& media, const MediaRule& rule) const {
    struct Source {
      MediaSource source;
      bool taken;
      std::string_view name;
    };
    const std::array<Source, 3> sources = {{
        {MediaSource::kBytes, rule.bytes, "data"},
        {MediaSource::kUrl, rule.urls, "url"},
        {MediaSource::kFileId, rule.file_ids, "provider_file_id"},
    }};
    std::string taken;
    for (const Source& source : sources) {
      if (!source.taken) continue;
      if (source.source == media.source) return absl::OkStatus();
      taken += fmt::format("{}{}", taken.empty() ? "" : ", ", source.name);
    }
    return Refuse(
        media, fmt::format("it takes {} only as {}", NameOf(media.kind), taken), taken, ""
    );
  }

  absl::Status CheckType(const Media& media, const MediaRule& rule) const {
    const std::string type = ToLower(media.media_type);
    const bool fits = std::ranges::any_of(rule.types, [&type](const std::string& pattern) {
      return Fits(type, pattern);
    });
    if (fits || rule.types.empty() || type.empty()) return absl::OkStatus();
    const std::string supported = fmt::format("{}", fmt::join(rule.types, ", "));
    return Refuse(
        media,
        fmt::format("it takes {} only as {}, not '{}'", NameOf(media.kind), supported, type),
        supported,
        ""
    );
  }

  absl::Status CheckSize(const Media& media, const MediaRule& rule) {
    const bool counted = media.source == MediaSource::kBytes && rule.max_bytes > 0;
    if (counted && media.content.size() > rule.max_bytes) {
      return Refuse(
          media,
          fmt::format(
              "it takes {} of at most {} bytes; this has {}",
              NameOf(media.kind),
              rule.max_bytes,
              media.content.size()
          ),
          "",
          std::to_string(rule.max_bytes)
      );
    }
    const size_t count = ++counts_.at(static_cast<size_t>(media.kind));
    if (rule.max_count == 0 || count <= rule.max_count) return absl::OkStatus();
    return Refuse(
        media,
        fmt::format("it takes at most {} {} in a call", rule.max_count, NameOf(media.kind)),
        "",
        std::to_string(rule.max_count)
    );
  }

  const ProviderRow& row_;
  const ModelFamily& family_;
  std::array<size_t, kKinds> counts_{};
};

}  // namespace

absl::Status CheckMedia(
    const ProviderRow& row, const ModelFamily& family, std::span<const Message> messages
) {
  MediaCheck check(row, family);
  for (const Message& message : messages) {
    for (const Media& media : message.media) RETURN_IF_ERROR(check.Check(media));
  }
  return absl::OkStatus();
}

}  // namespace extractd
