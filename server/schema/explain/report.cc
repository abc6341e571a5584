#include "server/schema/explain/report.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "server/json/write.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxNameBytes = 100;

std::string SchemaPath(const Failure& failure) {
  std::string path(failure.schema_pointer);
  if (failure.keyword != Keyword::kFalse) json::AppendToken(KeywordName(failure.keyword), path);
  return path;
}

}  // namespace

void Report::Add(const Failure& failure, Description description) {
  Issue issue = {
      .schema_path = foreign != nullptr ? *foreign : SchemaPath(failure),
      .keyword = std::string(KeywordName(failure.keyword)),
      .message = std::move(description.message),
      .expected = std::move(description.expected),
      .found = json::ToShortText(failure.place.value, kMaxFoundBytes),
  };
  AppendPointer(failure.place, issue.path);
  if (names) {
    issue.message = fmt::format(
        "the member name {}: {}",
        json::ToShortText(failure.place.value, kMaxNameBytes),
        issue.message
    );
  }
  issues_.listed.push_back(std::move(issue));
}

void Report::Append(IssueList&& issues) {
  issues_.total += issues.total;
  for (Issue& issue : issues.listed) {
    if (issues_.listed.size() == max_issues_) return;
    issues_.listed.push_back(std::move(issue));
  }
}

}  // namespace extractd::schema
