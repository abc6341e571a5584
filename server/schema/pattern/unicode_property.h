// Names of Unicode properties: those of ECMA-262 as RE2 knows them.
#ifndef EXTRACTD_SERVER_SCHEMA_PATTERN_UNICODE_PROPERTY_H_
#define EXTRACTD_SERVER_SCHEMA_PATTERN_UNICODE_PROPERTY_H_

#include <string>
#include <string_view>

namespace extractd::schema {

// What stands between the braces of \p{…}, for use inside a bracket expression of RE2; `negated`:
// of \P{…}. Empty: RE2 does not know it.
std::string UnicodePropertyClass(std::string_view property, bool negated);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATTERN_UNICODE_PROPERTY_H_
