// The words for what is wrong: one short sentence to a keyword, written for the model that has to
// correct its answer.
#ifndef EXTRACTD_SERVER_SCHEMA_EXPLAIN_DESCRIBE_H_
#define EXTRACTD_SERVER_SCHEMA_EXPLAIN_DESCRIBE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/schema/explain/report.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

// An instruction about one value, which does not hold for `value`.
Description Describe(
    const CompiledSchema::Program& program, const Instruction& instruction, const json::Value& value
);

Description DescribeMissing(std::string_view name);
Description DescribeUnknownMember(const MemberRules& rules, std::string_view name);
Description DescribeExtraElement(size_t allowed);
Description DescribeContains(const ContainsRule& rule, std::uint64_t matches);
Description DescribeDependent(std::string_view present, std::string_view missing);
Description DescribeUnevaluated(const json::Value& child, bool in_array);
Description DescribeEqual(size_t first, size_t second);
// Branches count from 0 here, from 1 in the words.
Description DescribeTwoBranches(size_t first, size_t second);

// "integer", "string or null" …
std::string DescribeTypes(TypeSet types);
// "a", "a or b", "a, b or c".
std::string JoinWithOr(const std::vector<std::string_view>& words);

// Instead of all other issues: the evaluation was given up.
Report DescribeAbort(const Report& report, const json::Value& instance);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EXPLAIN_DESCRIBE_H_
