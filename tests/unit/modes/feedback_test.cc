#include "server/modes/feedback.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace extractd {
namespace {

schema::IssueList Issues(size_t count, size_t message_bytes = 10) {
  schema::IssueList issues;
  for (size_t i = 0; i < count; ++i) {
    issues.listed.push_back(
        {.path = "/" + std::to_string(i), .message = std::string(message_bytes, 'x')}
    );
  }
  issues.total = count;
  return issues;
}

TEST(FeedbackTest, OneLineForEachIssueAndAWordForTheRoot) {
  const schema::IssueList issues = {
      .listed = {{.path = "", .message = "expected object"}, {.path = "/a", .message = "too long"}},
      .total = 2,
  };
  EXPECT_EQ(DescribeIssues(issues), "- the whole answer: expected object\n- /a: too long\n");
}

TEST(FeedbackTest, LongListsAreCutAndCounted) {
  const std::string text = DescribeIssues(Issues(100));
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<int>(kMaxFeedbackIssues) + 1);
  EXPECT_TRUE(text.ends_with("- and 80 more\n")) << text;
}

TEST(FeedbackTest, BytesAreBounded) {
  const std::string text = DescribeIssues(Issues(20, 1000));
  EXPECT_LE(text.size(), kMaxFeedbackBytes + 100);
  EXPECT_TRUE(text.ends_with("more\n"));
}

TEST(FeedbackTest, IssuesThatWereNotEvenListedAreCounted) {
  schema::IssueList issues = Issues(2);
  issues.total = 5;
  EXPECT_TRUE(DescribeIssues(issues).ends_with("- and 3 more\n"));
}

}  // namespace
}  // namespace extractd
