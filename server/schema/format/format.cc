#include "server/schema/format/format.h"

#include <algorithm>
#include <array>

#include "server/schema/format/rules.h"

namespace extractd::schema {
namespace {

struct FormatRow {
  Format format;
  std::string_view name;
  bool (*conforms)(std::string_view);
};

// In the order of the enumeration.
// NOLINTBEGIN(modernize-use-designated-initializers): rows of a table
constexpr std::array kFormats = {
    FormatRow{Format::kDate, "date", IsDate},
    FormatRow{Format::kDateTime, "date-time", IsDateTime},
    FormatRow{Format::kDuration, "duration", IsDuration},
    FormatRow{Format::kEmail, "email", IsEmail},
    FormatRow{Format::kHostname, "hostname", IsHostname},
    FormatRow{Format::kIdnEmail, "idn-email", IsIdnEmail},
    FormatRow{Format::kIdnHostname, "idn-hostname", IsIdnHostname},
    FormatRow{Format::kIpv4, "ipv4", IsIpv4},
    FormatRow{Format::kIpv6, "ipv6", IsIpv6},
    FormatRow{Format::kIri, "iri", IsIri},
    FormatRow{Format::kIriReference, "iri-reference", IsIriReference},
    FormatRow{Format::kJsonPointer, "json-pointer", IsJsonPointer},
    FormatRow{Format::kRegex, "regex", IsRegex},
    FormatRow{Format::kRelativeJsonPointer, "relative-json-pointer", IsRelativeJsonPointer},
    FormatRow{Format::kTime, "time", IsTime},
    FormatRow{Format::kUri, "uri", IsUri},
    FormatRow{Format::kUriReference, "uri-reference", IsUriReference},
    FormatRow{Format::kUriTemplate, "uri-template", IsUriTemplate},
    FormatRow{Format::kUuid, "uuid", IsUuid},
};
// NOLINTEND(modernize-use-designated-initializers)

constexpr bool RowsStandInOrder() {
  for (size_t i = 0; i < kFormats.size(); ++i) {
    if (static_cast<size_t>(kFormats[i].format) != i) return false;
  }
  return true;
}
static_assert(RowsStandInOrder());

}  // namespace

std::optional<Format> FindFormat(std::string_view name) {
  const auto* row = std::ranges::find(kFormats, name, &FormatRow::name);
  if (row == kFormats.end()) return std::nullopt;
  return row->format;
}

std::string_view FormatName(Format format) {
  return kFormats[static_cast<size_t>(format)].name;
}

bool Conforms(Format format, std::string_view text) {
  return kFormats[static_cast<size_t>(format)].conforms(text);
}

}  // namespace extractd::schema
