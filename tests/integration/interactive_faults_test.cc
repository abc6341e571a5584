// ExtractInteractive from outside: a caller who answers out of turn, wrongly, too late or not at
// all.
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
using namespace std::chrono_literals;

constexpr std::string_view kBob = R"({"name":"Bob","age":5})";

class InteractiveFaultsTest : public DaemonTest {
 protected:
  static std::string PhaseOf(const grpc::Status& status) {
    return ReadFailure(status).metadata["phase"];
  }
};

TEST_F(InteractiveFaultsTest, AReviewOfAnotherCandidateIsOutOfTurn) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Accept(7);
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(dialog.EndReason(), "REVIEW_OUT_OF_TURN");
}

TEST_F(InteractiveFaultsTest, AReviewBeforeThereIsACandidateStopsTheProvider) {
  Start();
  Script({ToolAnswer(kAda).StallAfter(0)});
  Dialog dialog(daemon->address());
  dialog.Start();
  ASSERT_TRUE(acme.WaitForRequests(1));
  dialog.Accept(1);
  EXPECT_EQ(dialog.EndReason(), "REVIEW_OUT_OF_TURN");
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(InteractiveFaultsTest, TheSecondOfTwoAnswersIsOutOfTurn) {
  Start();
  Script({ToolAnswer(kAda), ToolAnswer(kBob).StallAfter(0)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Reject(1, "", "no");
  dialog.Reject(1, "", "no");
  EXPECT_EQ(dialog.EndReason(), "REVIEW_OUT_OF_TURN");
}

TEST_F(InteractiveFaultsTest, AfterAnAcceptNothingThatComesMatters) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Accept(1);
  dialog.Reject(1, "", "after all not");
  dialog.Close();
  EXPECT_TRUE(dialog.End().ok()) << dialog.End().error_message();
  EXPECT_EQ(dialog.result.json(), kAda);
}

TEST_F(InteractiveFaultsTest, NoReviewInTimeIsADeadlineOfItsOwn) {
  Start();
  Script({ToolAnswer(kAda)});
  v1::InteractiveStart start;
  *start.mutable_request() = PersonRequest();
  start.set_review_timeout_ms(200);
  Dialog dialog(daemon->address());
  dialog.Start(start);
  dialog.NextCandidate();
  EXPECT_EQ(dialog.NextCandidate().number(), 0);
  dialog.Accept(1);  // too late: nobody is there
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(PhaseOf(dialog.End()), "review");
  EXPECT_EQ(dialog.failure.failure().attempts_size(), 1);
}

TEST_F(InteractiveFaultsTest, TheCallsOwnDeadlineIsNamedToo) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address(), 1500ms);
  dialog.Start();
  dialog.NextCandidate();
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(InteractiveFaultsTest, ACallerWhoClosesWithoutAReviewHasCancelled) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Close();
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::CANCELLED);

  Script({ToolAnswer(kAda).StallAfter(0)});
  Dialog early(daemon->address());
  early.Start();
  ASSERT_TRUE(acme.WaitForRequests(2));
  early.Close();
  EXPECT_EQ(early.End().error_code(), grpc::StatusCode::CANCELLED) << "nobody could review it";
}

TEST_F(InteractiveFaultsTest, ACallerWhoVanishesLeavesNothingBehind) {
  Start();
  Script({ToolAnswer(kAda)});
  for (int i = 0; i < 5; ++i) {
    Dialog dialog(daemon->address());
    dialog.Start();
    dialog.NextCandidate();
    dialog.Cancel();
    EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::CANCELLED);
  }
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Accept(1);
  EXPECT_TRUE(dialog.End().ok());
}

TEST_F(InteractiveFaultsTest, ADrainEndsADialogThatWaits) {
  Start("drain_grace_ms: 300\n");
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  daemon->Signal(SIGTERM);
  EXPECT_EQ(dialog.EndReason(), "DRAINING");
}

TEST_F(InteractiveFaultsTest, WhatIsWrongWithTheStartIsNamedByField) {
  Start();
  const auto fields = [this](const v1::InteractiveStart& start) {
    Dialog dialog(daemon->address());
    dialog.Start(start);
    EXPECT_EQ(dialog.EndReason(), "INVALID_REQUEST");
    Story names;
    for (const auto& field : ReadFailure(dialog.End()).bad_fields) {
      names.push_back(field.field);
    }
    return names;
  };
  v1::InteractiveStart start;
  start.set_snapshot_interval_ms(5);
  start.set_review_timeout_ms(0);
  EXPECT_EQ(
      fields(start),
      (Story{
          "start.request",
          "start.snapshot_interval_ms",
          "start.snapshot_interval_ms",
          "start.review_timeout_ms"
      })
  );
  start = {};
  start.mutable_request()->set_input("x");
  EXPECT_EQ(fields(start), (Story{"start.request.schema"}));

  Dialog first(daemon->address());
  first.Accept(1);
  EXPECT_EQ(ReadFailure(first.End()).bad_fields.at(0).field, "start");
  Dialog nothing(daemon->address());
  nothing.Close();
  EXPECT_EQ(ReadFailure(nothing.End()).bad_fields.at(0).field, "start");
}

TEST_F(InteractiveFaultsTest, WhatIsWrongWithAReviewIsNamedByField) {
  Start();
  Script({ToolAnswer(kAda)});
  const auto field = [this](const v1::ExtractInteractiveRequest& message) {
    Dialog dialog(daemon->address());
    dialog.Start();
    dialog.NextCandidate();
    dialog.Send(message);
    EXPECT_EQ(dialog.EndReason(), "INVALID_REQUEST");
    const auto fields = ReadFailure(dialog.End()).bad_fields;
    return fields.empty() ? "" : fields.front().field;
  };
  v1::ExtractInteractiveRequest message;
  message.mutable_start();
  EXPECT_EQ(field(message), "review");
  message.mutable_review()->set_candidate(1);
  EXPECT_EQ(field(message), "review.verdict");
  message.mutable_review()->mutable_reject();
  EXPECT_EQ(field(message), "review.reject.issues");
  v1::Issue& issue = *message.mutable_review()->mutable_reject()->add_issues();
  EXPECT_EQ(field(message), "review.reject.issues[0].message");
  issue.set_message("no");
  issue.set_path("name");
  EXPECT_EQ(field(message), "review.reject.issues[0].path");
  issue.set_path("/" + std::string(3'000, 'x'));
  EXPECT_EQ(field(message), "review.reject.issues[0].path");
}

}  // namespace
}  // namespace extractd::integration
