// Report: the issues of one run, described as they are found.
#ifndef EXTRACTD_SERVER_SCHEMA_EXPLAIN_REPORT_H_
#define EXTRACTD_SERVER_SCHEMA_EXPLAIN_REPORT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "server/schema/evaluate/place.h"
#include "server/schema/issue.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

// A keyword that does not hold for a value.
struct Failure {
  const Place& place;
  Keyword keyword = Keyword::kFalse;
  std::string_view schema_pointer = {};  // of the schema that has the keyword
};

// The words for a failure.
struct Description {
  std::string expected = {};
  std::string message = {};  // follows the name of the place, e.g. "expected integer, got null"
};

class Report {
 public:
  explicit Report(size_t max_issues) : max_issues_(max_issues) {}

  // REQUIRES: Count said so.
  void Add(const Failure& failure, Description description);
  // Counts a failure. True: there is room, so that Add must follow; false: it is only counted.
  bool Count() { return ++issues_.total <= max_issues_; }
  // Takes over the issues of a branch.
  void Append(IssueList&& issues);

  const IssueList& issues() const { return issues_; }
  size_t max_issues() const { return max_issues_; }
  IssueList Take() && { return std::move(issues_); }

  // While names of members are looked at, not values.
  bool names = false;
  // Instead of pointers into other documents: the $ref that led there. Null: none is followed.
  const std::string* foreign = nullptr;

 private:
  size_t max_issues_;
  IssueList issues_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EXPLAIN_REPORT_H_
