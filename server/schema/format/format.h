// The formats of draft 2020-12 and draft-07, as assertions on strings.
#ifndef EXTRACTD_SERVER_SCHEMA_FORMAT_FORMAT_H_
#define EXTRACTD_SERVER_SCHEMA_FORMAT_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace extractd::schema {

enum class Format : std::uint8_t {
  kDate,
  kDateTime,
  kDuration,
  kEmail,
  kHostname,
  kIdnEmail,
  kIdnHostname,
  kIpv4,
  kIpv6,
  kIri,
  kIriReference,
  kJsonPointer,
  kRegex,
  kRelativeJsonPointer,
  kTime,
  kUri,
  kUriReference,
  kUriTemplate,
  kUuid,
};

// Nothing: not one of them. Unknown formats are annotations.
std::optional<Format> FindFormat(std::string_view name);
std::string_view FormatName(Format format);

bool Conforms(Format format, std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_FORMAT_FORMAT_H_
