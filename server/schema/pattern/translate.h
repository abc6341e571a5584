// From regular expressions of ECMA-262 (with the `u` flag, as JSON Schema asks) to those of RE2.
//
// More lenient than the `u` flag in two ways that real schemas need and that have one meaning only:
// any punctuation may be escaped, and a brace that begins no quantifier stands for itself.
#ifndef EXTRACTD_SERVER_SCHEMA_PATTERN_TRANSLATE_H_
#define EXTRACTD_SERVER_SCHEMA_PATTERN_TRANSLATE_H_

#include <string>
#include <string_view>

namespace extractd::schema {

struct Translation {
  std::string re2 = {};
  std::string invalid = {};      // why it is no regular expression; empty: it is one
  std::string unsupported = {};  // what in it RE2 cannot express; empty: nothing
};

Translation TranslatePattern(std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATTERN_TRANSLATE_H_
