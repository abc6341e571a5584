// ExtractInteractive from outside: a caller who accepts and rejects.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/dialog.h"
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using Story = std::vector<std::string>;

std::string NameOf(const v1::ExtractInteractiveResponse& event) {
  const auto* kind = v1::ExtractInteractiveResponse::descriptor()->FindFieldByNumber(
      static_cast<int>(event.event_case())
  );
  return kind == nullptr ? "nothing" : kind->name();
}

constexpr std::string_view kBob = R"({"name":"Bob","age":5})";

using InteractiveTest = DaemonTest;

TEST_F(InteractiveTest, AnAcceptedCandidateIsTheResult) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  const v1::Candidate candidate = dialog.NextCandidate();
  EXPECT_EQ(candidate.number(), 1);
  EXPECT_EQ(candidate.response().json(), kAda);
  EXPECT_TRUE(candidate.response().valid());
  EXPECT_EQ(candidate.response().attempts_size(), 1);
  EXPECT_EQ(candidate.reasks_left(), 3);
  dialog.Accept(1);
  ASSERT_TRUE(dialog.End().ok()) << dialog.End().error_message();
  EXPECT_EQ(dialog.result.json(), kAda);
  EXPECT_EQ(dialog.result.request_id(), candidate.response().request_id());
}

TEST_F(InteractiveTest, ARejectIsATurnWithItsIssues) {
  Start();
  Script({ToolAnswer(kAda), ToolAnswer(kBob)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Reject(1, "/name", "we look for Bob");
  const v1::Candidate second = dialog.NextCandidate();
  EXPECT_EQ(second.number(), 2);
  EXPECT_EQ(second.reasks_left(), 2);
  EXPECT_EQ(second.response().json(), kBob);
  dialog.Accept(2);
  ASSERT_TRUE(dialog.End().ok());
  ASSERT_EQ(dialog.result.attempts_size(), 2);
  const v1::Attempt& first = dialog.result.attempts(0);
  EXPECT_EQ(first.outcome(), v1::ATTEMPT_OUTCOME_INVALID);
  ASSERT_EQ(first.issues_size(), 1);
  EXPECT_EQ(first.issues(0).message(), "we look for Bob");
  EXPECT_EQ(dialog.result.attempts(1).kind(), v1::ATTEMPT_KIND_REASK);
  EXPECT_EQ(dialog.result.usage().input_tokens(), 200);
  const std::string asked = acme.requests().at(1).body;
  EXPECT_NE(asked.find("/name: we look for Bob"), std::string::npos) << asked;
}

TEST_F(InteractiveTest, OnlyAnswersThatObeyTheSchemaAreCandidates) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  const v1::Candidate candidate = dialog.NextCandidate();
  EXPECT_EQ(candidate.response().json(), kAda);
  EXPECT_EQ(candidate.reasks_left(), 2) << "one turn is gone";
}

TEST_F(InteractiveTest, TheLastRejectEndsTheCall) {
  Start("max_reasks: 1\n");
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  EXPECT_EQ(dialog.NextCandidate().reasks_left(), 1);
  dialog.Reject(1, "", "no");
  EXPECT_EQ(dialog.NextCandidate().reasks_left(), 0);
  dialog.Reject(2, "/age", "too old");
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(dialog.EndReason(), "OUTPUT_INVALID");
  EXPECT_EQ(dialog.failure.failure().best_json(), kAda);
  ASSERT_EQ(dialog.failure.failure().issues_size(), 1);
  EXPECT_EQ(dialog.failure.failure().issues(0).message(), "too old");
}

TEST_F(InteractiveTest, PartialsAreShownWhereTheyAreWanted) {
  Start();
  const auto streamed = [](std::string_view answer) {
    return ScriptedReply::EventStream(ToolEvents(InPieces(answer, 5)));
  };
  Script({streamed(kAda), streamed(kBob)});
  v1::InteractiveStart start;
  *start.mutable_request() = PersonRequest();
  start.set_include_partials(true);
  Dialog dialog(daemon->address());
  dialog.Start(start);
  Story story;
  for (;;) {
    const v1::ExtractInteractiveResponse event = dialog.Next();
    const std::string name = NameOf(event);
    if (story.empty() || story.back() != name) story.push_back(name);
    if (event.has_candidate() && event.candidate().number() == 1) {
      dialog.Reject(1, "", "another one");
    } else if (event.has_candidate()) {
      dialog.Accept(2);
    }
    if (event.has_result() || event.sequence() == 0) break;
  }
  EXPECT_EQ(
      story,
      (Story{
          "started",
          "delta",
          "candidate",
          "retrying",
          "started",
          "delta",
          "candidate",
          "delta",
          "result"
      })
  );
}

TEST_F(InteractiveTest, AListIsOneCandidateAndCanBeRejected) {
  Start();
  const auto streamed = [](std::string_view answer) {
    return ScriptedReply::EventStream(ToolEvents(InPieces(answer, 9)));
  };
  Script({streamed(fmt::format(R"({{"items":[{}]}})", kAda)), streamed(R"({"items":[]})")});
  v1::InteractiveStart start;
  *start.mutable_request() = PersonRequest();
  start.mutable_request()->set_output_kind(v1::OUTPUT_KIND_ITERABLE);
  start.set_include_partials(true);
  Dialog dialog(daemon->address());
  dialog.Start(start);
  ASSERT_EQ(dialog.NextCandidate().response().items_size(), 1);
  dialog.Reject(1, "/0/name", "not her");
  EXPECT_EQ(dialog.NextCandidate().response().items_size(), 0);
  EXPECT_NE(acme.requests().at(1).body.find("/items/0/name: not her"), std::string::npos)
      << "where the model knows the place";
  dialog.Accept(2);
  EXPECT_TRUE(dialog.End().ok());
}

}  // namespace
}  // namespace extractd::integration
