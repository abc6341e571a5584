// ExtractInteractive from outside: a caller who accepts, rejects, answers out of turn, or not at
// all.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using Story = std::vector<std::string>;
using namespace std::chrono_literals;

// One dialog, read and written by the test's own thread.
class Dialog {
 public:
  explicit Dialog(const std::string& address, std::chrono::milliseconds deadline = 20s)
      : stub_(v1::ExtractionService::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials())
        )) {
    context_.set_deadline(std::chrono::system_clock::now() + deadline);
    stream_ = stub_->ExtractInteractive(&context_);
  }
  ~Dialog() {
    context_.TryCancel();
    End();
  }
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  void Start(const v1::InteractiveStart& start) {
    v1::ExtractInteractiveRequest message;
    *message.mutable_start() = start;
    stream_->Write(message);
  }
  void Start(const v1::ExtractRequest& request = PersonRequest()) {
    v1::InteractiveStart start;
    *start.mutable_request() = request;
    Start(start);
  }
  void Accept(int candidate) {
    v1::ExtractInteractiveRequest message;
    message.mutable_review()->set_candidate(candidate);
    message.mutable_review()->mutable_accept();
    stream_->Write(message);
  }
  void Reject(int candidate, const std::string& path, const std::string& words) {
    v1::ExtractInteractiveRequest message;
    message.mutable_review()->set_candidate(candidate);
    v1::Issue& issue = *message.mutable_review()->mutable_reject()->add_issues();
    issue.set_path(path);
    issue.set_message(words);
    stream_->Write(message);
  }
  void Send(const v1::ExtractInteractiveRequest& message) { stream_->Write(message); }
  void Close() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }

  // The next event; nothing is set in it after the last one.
  v1::ExtractInteractiveResponse Next() {
    v1::ExtractInteractiveResponse event;
    if (!stream_->Read(&event)) return {};
    EXPECT_EQ(event.sequence(), ++sequence_);
    return event;
  }
  // Reads on until a candidate, or the end.
  v1::Candidate NextCandidate() {
    for (;;) {
      const v1::ExtractInteractiveResponse event = Next();
      if (event.has_candidate() || event.sequence() == 0) return event.candidate();
      if (event.has_result()) result = event.result();
      if (event.has_failure()) failure = event.failure();
    }
  }
  const grpc::Status& End() {
    if (ended_) return status_;
    NextCandidate();
    status_ = stream_->Finish();
    ended_ = true;
    return status_;
  }
  std::string EndReason() { return ReadFailure(End()).reason; }

  v1::ExtractResponse result;
  v1::Failure failure;

 private:
  std::unique_ptr<v1::ExtractionService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::ExtractInteractiveRequest, v1::ExtractInteractiveResponse>>
      stream_;
  std::int64_t sequence_ = 0;
  bool ended_ = false;
  grpc::Status status_;
};

std::string NameOf(const v1::ExtractInteractiveResponse& event) {
  const auto* kind = v1::ExtractInteractiveResponse::descriptor()->FindFieldByNumber(
      static_cast<int>(event.event_case())
  );
  return kind == nullptr ? "nothing" : kind->name();
}

constexpr std::string_view kBob = R"({"name":"Bob","age":5})";

class InteractiveTest : public DaemonTest {
 protected:
  std::string PhaseOf(const grpc::Status& status) { return ReadFailure(status).metadata["phase"]; }
};

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

TEST_F(InteractiveTest, AReviewOfAnotherCandidateIsOutOfTurn) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Accept(7);
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(dialog.EndReason(), "REVIEW_OUT_OF_TURN");
}

TEST_F(InteractiveTest, AReviewBeforeThereIsACandidateStopsTheProvider) {
  Start();
  Script({ToolAnswer(kAda).StallAfter(0)});
  Dialog dialog(daemon->address());
  dialog.Start();
  ASSERT_TRUE(acme.WaitForRequests(1));
  dialog.Accept(1);
  EXPECT_EQ(dialog.EndReason(), "REVIEW_OUT_OF_TURN");
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(InteractiveTest, TheSecondOfTwoAnswersIsOutOfTurn) {
  Start();
  Script({ToolAnswer(kAda), ToolAnswer(kBob).StallAfter(0)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  dialog.Reject(1, "", "no");
  dialog.Reject(1, "", "no");
  EXPECT_EQ(dialog.EndReason(), "REVIEW_OUT_OF_TURN");
}

TEST_F(InteractiveTest, AfterAnAcceptNothingThatComesMatters) {
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

TEST_F(InteractiveTest, NoReviewInTimeIsADeadlineOfItsOwn) {
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

TEST_F(InteractiveTest, TheCallsOwnDeadlineIsNamedToo) {
  Start();
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address(), 1500ms);
  dialog.Start();
  dialog.NextCandidate();
  EXPECT_EQ(dialog.End().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(InteractiveTest, ACallerWhoClosesWithoutAReviewHasCancelled) {
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

TEST_F(InteractiveTest, ACallerWhoVanishesLeavesNothingBehind) {
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

TEST_F(InteractiveTest, ADrainEndsADialogThatWaits) {
  Start("drain_grace_ms: 300\n");
  Script({ToolAnswer(kAda)});
  Dialog dialog(daemon->address());
  dialog.Start();
  dialog.NextCandidate();
  daemon->Signal(SIGTERM);
  EXPECT_EQ(dialog.EndReason(), "DRAINING");
}

TEST_F(InteractiveTest, WhatIsWrongWithTheStartIsNamedByField) {
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

TEST_F(InteractiveTest, WhatIsWrongWithAReviewIsNamedByField) {
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
