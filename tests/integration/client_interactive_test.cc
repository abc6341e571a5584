// ExtractInteractive through the C++ client: a program's own validator in the loop.
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;

constexpr std::string_view kBob = R"({"name":"Bob","age":5})";

class ClientInteractiveTest : public DaemonTest {
 protected:
  static v1::InteractiveStart PersonDialog() {
    v1::InteractiveStart start;
    *start.mutable_request() = PersonRequest();
    return start;
  }
  static v1::Issue IssueAt(const std::string& path, const std::string& message) {
    v1::Issue issue;
    issue.set_path(path);
    issue.set_message(message);
    return issue;
  }
  // Only Bob will do.
  static std::optional<Client::Issues> WantBob(const v1::Candidate& candidate) {
    if (candidate.response().json() == kBob) return Client::Issues();
    return Client::Issues{IssueAt("/name", "we look for Bob")};
  }
};

TEST_F(ClientInteractiveTest, WithoutIssuesTheCandidateIsTheResult) {
  Start();
  Script({ToolAnswer(kBob)});
  const auto result = client->ExtractInteractive(PersonDialog(), WantBob);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kBob);
  EXPECT_EQ(result->attempts_size(), 1);
}

TEST_F(ClientInteractiveTest, IssuesReachTheModelAndItsNextAnswerIsReviewed) {
  Start();
  Script({ToolAnswer(kAda), ToolAnswer(kBob)});
  std::vector<std::string> seen;
  const auto result = client->ExtractInteractive(PersonDialog(), [&](const v1::Candidate& one) {
    seen.push_back(one.response().json());
    return WantBob(one);
  });
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(seen, (std::vector<std::string>{std::string(kAda), std::string(kBob)}));
  EXPECT_EQ(result->json(), kBob);
  EXPECT_EQ(result->attempts_size(), 2);
  const std::string asked = acme.requests().at(1).body;
  EXPECT_NE(asked.find("/name: we look for Bob"), std::string::npos) << asked;
}

TEST_F(ClientInteractiveTest, TheLastRejectIsAFailureWithAllItsAttempts) {
  Start("max_reasks: 1\n");
  Script({ToolAnswer(kAda)});
  const auto result = client->ExtractInteractive(PersonDialog(), WantBob);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "OUTPUT_INVALID");
  ASSERT_TRUE(result.failure().extraction.has_value());
  EXPECT_EQ(result.failure().extraction->attempts_size(), 2);
}

TEST_F(ClientInteractiveTest, AReviewerWhoWantsNoMoreCancelsTheCall) {
  Start();
  Script({ToolAnswer(kAda)});
  const auto result =
      client->ExtractInteractive(PersonDialog(), [](const v1::Candidate&) { return std::nullopt; });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
}

TEST_F(ClientInteractiveTest, EventsAreToldAsTheyComeAndCanEndTheCall) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(kBob, 5)))});
  v1::InteractiveStart start = PersonDialog();
  start.set_include_partials(true);
  int deltas = 0;
  int candidates = 0;
  const auto result = client->ExtractInteractive(start, WantBob, [&](const auto& event) {
    deltas += event.has_delta() ? 1 : 0;
    candidates += event.has_candidate() ? 1 : 0;
    return true;
  });
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_GE(deltas, 1);
  EXPECT_EQ(candidates, 1);
  const auto stopped =
      client->ExtractInteractive(start, WantBob, [](const auto&) { return false; });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.failure().code, grpc::StatusCode::CANCELLED);
}

TEST_F(ClientInteractiveTest, WhatIsWrongWithTheStartIsReported) {
  Start();
  v1::InteractiveStart start = PersonDialog();
  start.mutable_request()->clear_input();
  const auto result = client->ExtractInteractive(start, WantBob);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "INVALID_REQUEST");
  ASSERT_FALSE(result.failure().bad_fields.empty());
  EXPECT_TRUE(result.failure().bad_fields[0].field.starts_with("start.request."));
}

}  // namespace
}  // namespace extractd::integration
