#include "server/schema/explain/branches.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/schema/explain/describe.h"

namespace extractd::schema {
namespace {

bool IsConstant(const Issue& issue) {
  return issue.keyword == "const" || issue.keyword == "enum";
}

// What stands behind "expected …" in an issue about a type: what was found instead.
std::string_view GotOf(const Issue& issue) {
  const size_t comma = issue.message.find(", got ");
  if (comma == std::string::npos) return {};
  return std::string_view(issue.message).substr(comma);
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

Branches::Branches(const Failure& failure) : failure_(failure) {
  AppendPointer(failure.place, path_);
}

Branches::Distance Branches::DistanceOf(const IssueList& issues) const {
  Distance distance = {.issues = issues.total};
  for (const Issue& issue : issues.listed) {
    const bool here = issue.path == path_;
    if (here && (issue.keyword == "type" || issue.keyword == "false")) distance.misses_type = true;
    // In the value itself or directly below it.
    const bool near = issue.path.find('/', path_.size() + 1) == std::string::npos;
    if (near && IsConstant(issue)) ++distance.wrong_constants;
  }
  return distance;
}

bool Branches::MissesTypeAlone(const IssueList& issues) const {
  return issues.total == 1 && issues.listed.size() == 1 && issues.listed[0].path == path_ &&
         issues.listed[0].keyword == "type";
}

void Branches::Add(IssueList issues) {
  const Distance distance = DistanceOf(issues);
  if (!distance.misses_type) ++of_type_;
  only_types_ = only_types_ && MissesTypeAlone(issues);
  if (only_types_ && std::ranges::find(types_, issues.listed[0].expected) == types_.end()) {
    types_.push_back(issues.listed[0].expected);
  }
  if (count_ == 0 || distance < distance_) {
    closest_ = count_;
    distance_ = distance;
    issues_ = std::move(issues);
  }
  ++count_;
}

void Branches::Describe(Report& report) && {
  if (only_types_) {
    if (!report.Count()) return;
    const std::string expected = JoinWithOr({types_.begin(), types_.end()});
    const std::string message = fmt::format("expected {}{}", expected, GotOf(issues_.listed[0]));
    report.Add(failure_, {.expected = expected, .message = message});
    return;
  }
  if (of_type_ != 1 && count_ > 1 && report.Count()) {
    report.Add(failure_, DescribeClosest(count_, closest_));
  }
  report.Append(std::move(issues_));
}

}  // namespace extractd::schema
