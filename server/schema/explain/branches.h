// Which branch of an anyOf or oneOf came closest, and what to say of it.
#ifndef EXTRACTD_SERVER_SCHEMA_EXPLAIN_BRANCHES_H_
#define EXTRACTD_SERVER_SCHEMA_EXPLAIN_BRANCHES_H_

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

#include "server/schema/explain/report.h"

namespace extractd::schema {

// Takes the branches of one anyOf or oneOf, none of which holds; keeps the closest alone, since all
// of them could be large.
class Branches {
 public:
  // `failure` is that of the anyOf or oneOf.
  explicit Branches(const Failure& failure);

  // What is wrong with the next branch.
  void Add(IssueList issues);

  // Adds to `report` one issue for the keyword, and those of the branch that came closest. Where
  // the branches differ in type alone, one issue names all types; where one branch alone is for the
  // value's type, its issues say all. REQUIRES: at least one branch was added.
  void Describe(Report& report) &&;

 private:
  // Of the value's type first, then with the fewest wrong constants (which tell kinds of objects
  // apart), then with the fewest issues.
  struct Distance {
    bool misses_type = false;
    size_t wrong_constants = 0;
    size_t issues = 0;
    friend auto operator<=>(const Distance&, const Distance&) = default;
  };

  Distance DistanceOf(const IssueList& issues) const;
  bool MissesTypeAlone(const IssueList& issues) const;

  Failure failure_;
  std::string path_;
  size_t count_ = 0;
  size_t of_type_ = 0;
  bool only_types_ = true;
  std::vector<std::string> types_;  // expected, while only types differ
  size_t closest_ = 0;
  Distance distance_;
  IssueList issues_;  // of the closest
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EXPLAIN_BRANCHES_H_
