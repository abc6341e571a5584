// From regular expressions of ECMA-262 (with the `u` flag, as JSON Schema asks) to those of RE2.
//
// More lenient than the `u` flag in two ways that real schemas need and that have one meaning only:
// any punctuation may be escaped, and a brace that begins no quantifier stands for itself.
//
// RE2 has no look-ahead. Right behind a leading `^` it is another condition on the whole text, and
// translated as one: ^(?!a)b holds where ^b does and ^a does not.
#ifndef EXTRACTD_SERVER_SCHEMA_PATTERN_TRANSLATE_H_
#define EXTRACTD_SERVER_SCHEMA_PATTERN_TRANSLATE_H_

#include <string>
#include <string_view>
#include <vector>

namespace extractd::schema {

struct LookAhead {
  std::string re2 = {};
  bool negative = false;  // must not match
};

struct Translation {
  std::string re2 = {};
  std::vector<LookAhead> look_aheads = {};  // of the same text, at its beginning
  std::string invalid = {};                 // why it is no regular expression; empty: it is one
  std::string unsupported = {};             // what in it RE2 cannot express; empty: nothing
};

Translation TranslatePattern(std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATTERN_TRANSLATE_H_
