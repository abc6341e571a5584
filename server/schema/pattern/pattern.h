// Pattern: a regular expression of ECMA-262, as `pattern` and `patternProperties` use it, run by
// RE2 in time linear in the text. Thread-safe.
#ifndef EXTRACTD_SERVER_SCHEMA_PATTERN_PATTERN_H_
#define EXTRACTD_SERVER_SCHEMA_PATTERN_PATTERN_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace re2 {
class RE2;
}

namespace extractd::schema {

class Pattern {
 public:
  // Why a text cannot be a pattern: "look-ahead is not supported" …
  struct Fault {
    std::string reason = {};
  };
  static std::variant<std::unique_ptr<const Pattern>, Fault> Compile(std::string_view text);

  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // Some part of `text` matches.
  bool Matches(std::string_view text) const;
  // An upper estimate, the automaton's cache included.
  size_t memory_bytes() const;

 private:
  struct Condition {
    std::unique_ptr<const re2::RE2> re2;
    bool negative = false;  // must not match
  };
  explicit Pattern(std::vector<Condition> conditions);
  static std::variant<Condition, Fault> CompileCondition(const std::string& text, bool negative);

  std::vector<Condition> conditions_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATTERN_PATTERN_H_
