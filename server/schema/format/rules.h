// The formats' rules, one function each; format.cc has the table of their names.
#ifndef EXTRACTD_SERVER_SCHEMA_FORMAT_RULES_H_
#define EXTRACTD_SERVER_SCHEMA_FORMAT_RULES_H_

#include <string_view>

namespace extractd::schema {

// date_time.cc: RFC 3339, and durations of its appendix A.
bool IsDate(std::string_view text);
bool IsTime(std::string_view text);
bool IsDateTime(std::string_view text);
bool IsDuration(std::string_view text);

// network.cc: RFC 2673 §3.2, RFC 4291 §2.2.
bool IsIpv4(std::string_view text);
bool IsIpv6(std::string_view text);

// hostname.cc: RFC 1123 with the A-labels of RFC 5891, RFC 5890 to 5893.
bool IsHostname(std::string_view text);
bool IsIdnHostname(std::string_view text);
// As mail programs do before they look a domain up.
bool IsIdnHostnameOnceNormalised(std::string_view text);

// email.cc: RFC 5321 §4.1.2, RFC 6531.
bool IsEmail(std::string_view text);
bool IsIdnEmail(std::string_view text);

// uris.cc: RFC 3986, RFC 3987, RFC 6570.
bool IsUri(std::string_view text);
bool IsUriReference(std::string_view text);
bool IsIri(std::string_view text);
bool IsIriReference(std::string_view text);
bool IsUriTemplate(std::string_view text);

// identifiers.cc: RFC 4122, RFC 6901, the relative pointers, ECMA-262.
bool IsUuid(std::string_view text);
bool IsJsonPointer(std::string_view text);
bool IsRelativeJsonPointer(std::string_view text);
bool IsRegex(std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_FORMAT_RULES_H_
