#include "server/schema/explain/branches.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "server/schema/explain/describe.h"

namespace extractd::schema {
namespace {

bool IsConstant(const Issue& issue) {
  return issue.keyword == "const" || issue.keyword == "enum";
}

// The branch is about another type of value.
bool MissesType(const std::string& path, const IssueList& branch) {
  return std::ranges::any_of(branch.listed, [&](const Issue& issue) {
    return issue.path == path && (issue.keyword == "type" || issue.keyword == "false");
  });
}

bool MissesTypeAlone(const std::string& path, const IssueList& branch) {
  return branch.total == 1 && branch.listed.size() == 1 && branch.listed[0].path == path &&
         branch.listed[0].keyword == "type";
}

// Wrong constants in the value itself or directly below it.
size_t WrongConstants(const std::string& path, const IssueList& branch) {
  return static_cast<size_t>(std::ranges::count_if(branch.listed, [&](const Issue& issue) {
    return IsConstant(issue) && issue.path.find('/', path.size() + 1) == std::string::npos;
  }));
}

std::string JoinExpected(const std::vector<IssueList>& branches) {
  std::vector<std::string_view> all;
  for (const IssueList& branch : branches) {
    const std::string_view expected = branch.listed[0].expected;
    if (std::ranges::find(all, expected) == all.end()) all.push_back(expected);
  }
  return JoinWithOr(all);
}

// What stands behind "expected …, " in an issue about a type: what was found instead.
std::string_view GotOf(const Issue& issue) {
  const size_t comma = issue.message.find(", got ");
  return comma == std::string::npos ? std::string_view()
                                    : std::string_view(issue.message).substr(comma);
}

Description DescribeClosest(size_t branches, size_t closest) {
  return {
      .expected = fmt::format("one of {} forms", branches),
      .message = fmt::format(
          "the value matches none of the {} allowed forms; form {} comes closest, and what is "
          "wrong with it follows",
          branches,
          closest + 1
      ),
  };
}

}  // namespace

size_t ClosestBranch(const std::string& path, const std::vector<IssueList>& branches) {
  const auto distance = [&](const IssueList& branch) {
    return std::tuple(MissesType(path, branch), WrongConstants(path, branch), branch.total);
  };
  const auto closest = std::ranges::min_element(branches, {}, distance);
  return static_cast<size_t>(closest - branches.begin());
}

void AddBranches(const Failure& failure, std::vector<IssueList> branches, Report& report) {
  std::string path;
  AppendPointer(failure.place, path);
  const auto is = [&path](auto predicate) {
    return [&path, predicate](const IssueList& branch) { return predicate(path, branch); };
  };
  if (std::ranges::all_of(branches, is(MissesTypeAlone))) {
    if (!report.Count()) return;
    const std::string expected = JoinExpected(branches);
    const std::string message =
        fmt::format("expected {}{}", expected, GotOf(branches[0].listed[0]));
    return report.Add(failure, {.expected = expected, .message = message});
  }
  const size_t closest = ClosestBranch(path, branches);
  const auto of_type = std::ssize(branches) - std::ranges::count_if(branches, is(MissesType));
  // With one branch for the value's type, the others need no mention.
  if (of_type != 1 && branches.size() > 1 && report.Count()) {
    report.Add(failure, DescribeClosest(branches.size(), closest));
  }
  report.Append(std::move(branches[closest]));
}

}  // namespace extractd::schema
