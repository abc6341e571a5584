// Issue: one place where an instance breaks its schema, and the bounded list of them.
#ifndef EXTRACTD_SERVER_SCHEMA_ISSUE_H_
#define EXTRACTD_SERVER_SCHEMA_ISSUE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace extractd::schema {

struct Issue {
  std::string path = {};         // JSON Pointer into the instance; "" is the root
  std::string schema_path = {};  // JSON Pointer into the caller's schema
  std::string keyword = {};      // JSON Schema keyword, or "syntax"
  std::string message = {};      // one sentence, lower case, addressed to the model
  std::string expected = {};     // short text, e.g. "integer"
  std::string found = {};        // JSON text, cut at kMaxFoundBytes
};

inline constexpr size_t kMaxFoundBytes = 200;
// More issues of one instance are counted, not listed.
inline constexpr size_t kMaxIssues = 1000;

// In a stable order: members in the instance's order, keywords in the schema's.
struct IssueList {
  std::vector<Issue> listed = {};
  size_t total = 0;  // found, also beyond the listed
  bool empty() const { return total == 0; }
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_ISSUE_H_
