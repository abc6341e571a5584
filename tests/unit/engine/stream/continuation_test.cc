#include "server/engine/stream/continuation.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(AskForTheRestTest, NamesWhatIsAcceptedAndWhatWasWrong) {
  schema::IssueList feedback;
  feedback.listed.push_back({.path = "/items/2/age", .message = "must be 0 or more"});
  feedback.total = 1;
  const std::string text =
      AskForTheRest({{.json = R"({"a":1})"}, {.json = R"({"a":2})"}}, feedback);
  EXPECT_NE(text.find("these 2 items"), std::string::npos) << text;
  EXPECT_NE(text.find("[{\"a\":1},\n{\"a\":2}]"), std::string::npos) << text;
  EXPECT_NE(text.find("- /items/2/age: must be 0 or more"), std::string::npos) << text;
}

TEST(AskForTheRestTest, AnAnswerThatOnlyBrokeOffHadNothingWrong) {
  const std::string text = AskForTheRest({{.json = "1"}}, {});
  EXPECT_EQ(text.find("not valid"), std::string::npos) << text;
  EXPECT_NE(text.find("empty list"), std::string::npos) << text;
}

}  // namespace
}  // namespace extractd
