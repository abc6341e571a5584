// URI references (RFC 3986), as far as $id and $ref need them: split, resolve, decode.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_URI_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_URI_H_

#include <optional>
#include <string>
#include <string_view>

namespace extractd::schema {

struct SplitUri {
  std::string_view absolute = {};                 // without the fragment
  std::optional<std::string_view> fragment = {};  // behind the first '#'
};
SplitUri SplitFragment(std::string_view uri);

// `reference` against `base`, with dot segments removed. An empty base leaves it as it is.
std::string ResolveUri(std::string_view base, std::string_view reference);

// With every %XX replaced by its byte. Nothing if an escape is not one.
std::optional<std::string> PercentDecode(std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_URI_H_
