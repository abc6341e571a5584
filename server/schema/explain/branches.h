// Which branch of an anyOf or oneOf came closest, and what to say of it.
#ifndef EXTRACTD_SERVER_SCHEMA_EXPLAIN_BRANCHES_H_
#define EXTRACTD_SERVER_SCHEMA_EXPLAIN_BRANCHES_H_

#include <vector>

#include "server/schema/explain/report.h"

namespace extractd::schema {

// Adds one issue for the keyword, and those of the branch that came closest. Where the branches
// differ in type alone, one issue names all types; where one branch alone is for the value's type,
// its issues say all.
void AddBranches(const Failure& failure, std::vector<IssueList> branches, Report& report);

// The index of the branch that came closest: of the value's type, then with the fewest wrong
// constants (which tell kinds of objects apart), then with the fewest issues, then the first.
size_t ClosestBranch(const std::string& path, const std::vector<IssueList>& branches);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EXPLAIN_BRANCHES_H_
