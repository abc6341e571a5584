// Models whose answers are wrong. The numbers are those of the catalogue of faults.
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class AnswerFaultsTest : public DaemonTest {
 protected:
  Failure FailureOf(const v1::ExtractRequest& request) {
    const auto result = client->Extract(request);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Failure{} : result.failure();
  }
};

TEST_F(AnswerFaultsTest, Case23_StillInvalidAfterTheLastReaskListsAttemptsTokensAndIssues) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_reasks(2);
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.code, grpc::StatusCode::ABORTED);
  EXPECT_EQ(failure.reason, "OUTPUT_INVALID");
  ASSERT_TRUE(failure.extraction.has_value());
  EXPECT_EQ(failure.extraction->attempts_size(), 3);
  EXPECT_EQ(failure.extraction->usage().output_tokens(), 60);
  ASSERT_EQ(failure.extraction->issues_size(), 1);
  EXPECT_EQ(failure.extraction->issues(0).path(), "/age");
  for (const v1::Attempt& attempt : failure.extraction->attempts()) {
    EXPECT_EQ(attempt.raw_text(), "");
  }
}

TEST_F(AnswerFaultsTest, Case23_RawTextComesOnlyWhenAskedFor) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_reasks(0);
  request.set_include_raw(true);
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.extraction->attempts(0).raw_text(), kAdaWithNegativeAge);
}

TEST_F(AnswerFaultsTest, Case23_ManyIssuesStayWithinTheDetails) {
  Start("", "    object_root_only: false\n");
  std::string wrong = "[";
  for (int i = 0; i < 500; ++i) wrong += (i == 0 ? "\"" : ",\"") + std::string(50, 'x') + "\"";
  Script({TextAnswer(wrong + "]")});
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_JSON_SCHEMA);
  request.mutable_schema()->set_json_schema(R"({"type":"array","items":{"type":"integer"}})");
  const Failure failure = FailureOf(request);
  EXPECT_EQ(failure.reason, "OUTPUT_INVALID");
  EXPECT_EQ(failure.metadata.at("issues"), "500");
  ASSERT_TRUE(failure.extraction.has_value());
  EXPECT_EQ(failure.extraction->attempts_size() + failure.extraction->omitted_attempts(), 4);
}

TEST_F(AnswerFaultsTest, Case24_RefusalsAreNotAskedForAgain) {
  Start();
  for (const fakes::ScriptedReply& reply :
       {Refusal("I can't help with that."), TextAnswer("", "content_filter")}) {
    Script({reply});
    const size_t before = acme.requests().size();
    const Failure failure = FailureOf(PersonRequest());
    EXPECT_EQ(failure.code, grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(failure.reason, "PROVIDER_REFUSED");
    EXPECT_FALSE(failure.metadata.at("category").empty());
    EXPECT_EQ(acme.requests().size(), before + 1);
  }
}

TEST_F(AnswerFaultsTest, Case25_CutAnswersAreNeverRepairedIntoValidOnes) {
  Start();
  for (const auto* cut : {R"({"name":"Ada","age":3)", R"({"name":"Ada","age":36})"}) {
    Script({ToolAnswer(cut, "length")});
    const Failure failure = FailureOf(PersonRequest());
    EXPECT_EQ(failure.code, grpc::StatusCode::ABORTED) << cut;
    EXPECT_EQ(failure.reason, "OUTPUT_TRUNCATED") << cut;
    EXPECT_EQ(failure.extraction->attempts_size(), 1);
  }
}

TEST_F(AnswerFaultsTest, Case25_TextThatEndsOpenIsTruncatedWhateverTheFinishReason) {
  Start();
  Script({ToolAnswer(R"({"name":"Ada","age":3)", "stop")});
  EXPECT_EQ(FailureOf(PersonRequest()).reason, "OUTPUT_TRUNCATED");
}

TEST_F(AnswerFaultsTest, AnswerWithoutTheToolCallIsAskedForAgain) {
  Start();
  Script({TextAnswer("She is 36."), ToolAnswer(kAda)});
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->attempts_size(), 2);
  EXPECT_EQ(result->attempts(0).issues(0).keyword(), "syntax");
}

}  // namespace
}  // namespace extractd::integration
