// What IDNA 2008 says about code points: which a label may hold, alone (RFC 5892) and together
// (its appendix A, RFC 5893).
#ifndef EXTRACTD_SERVER_SCHEMA_FORMAT_IDNA_H_
#define EXTRACTD_SERVER_SCHEMA_FORMAT_IDNA_H_

#include <string>
#include <string_view>

#include "server/schema/format/punycode.h"

namespace extractd::schema {

enum class IdnaProperty : unsigned char { kValid, kContextJ, kContextO, kDisallowed };
IdnaProperty IdnaPropertyOf(char32_t code_point);

// The label's code points are allowed where they stand; it is normalised and does not begin with a
// combining mark. Hyphens, length and direction are not looked at.
bool HasAllowedCodePoints(const CodePoints& label);

// `text` in Unicode's normalisation form C. REQUIRES: UTF-8 without U+0000.
std::string Normalise(std::string_view text);

// The label has a character that is written from right to left.
bool HasRightToLeft(const CodePoints& label);
// The label may stand in a domain name that has such a label.
bool ObeysBidiRule(const CodePoints& label);

// How a character joins its neighbours in a cursive script. Transparent ones are left out.
enum class Joining : unsigned char { kNone, kLeft, kRight, kDual };
Joining JoiningOf(char32_t code_point);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_FORMAT_IDNA_H_
