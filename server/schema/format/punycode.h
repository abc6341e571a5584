// Punycode (RFC 3492), as the labels of internationalised host names use it.
#ifndef EXTRACTD_SERVER_SCHEMA_FORMAT_PUNYCODE_H_
#define EXTRACTD_SERVER_SCHEMA_FORMAT_PUNYCODE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace extractd::schema {

using CodePoints = std::vector<char32_t>;

// Both without the "xn--". Decoding fails on what is no punycode of Unicode text. REQUIRES: at most
// some hundred characters; the time is quadratic.
std::optional<CodePoints> DecodePunycode(std::string_view text);
std::string EncodePunycode(const CodePoints& label);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_FORMAT_PUNYCODE_H_
