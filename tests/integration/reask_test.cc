// How wrong and cut answers are asked for again: as a whole, in parts, with a higher limit, or from
// where they stopped.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using nlohmann::json;
using Kinds = std::vector<v1::AttemptKind>;

// An order of three lines; `count` is that of the second.
std::string Order(std::string_view count) {
  return fmt::format(
      R"({{"customer":"Hans Weber","note":"{}","lines":[{{"article":"chair","count":2}},)"
      R"({{"article":"table","count":{}}},{{"article":"lamp","count":4}}]}})",
      std::string(400, 'n'),
      count
  );
}

constexpr std::string_view kOrderSchema =
    R"({"type":"object","properties":{"customer":{"type":"string"},"note":{"type":"string"},)"
    R"("lines":{"type":"array","items":{"$ref":"#/$defs/line"}}},"required":["customer","lines"],)"
    R"("additionalProperties":false,"$defs":{"line":{"type":"object","properties":{)"
    R"("article":{"type":"string"},"count":{"$ref":"#/$defs/count"}},)"
    R"("required":["article","count"],"additionalProperties":false},)"
    R"("count":{"type":"integer","minimum":1,"maximum":99}}})";

class ReaskTest : public DaemonTest {
 protected:
  static v1::ExtractRequest OrderRequest(v1::Mode mode = v1::MODE_TOOLS) {
    v1::ExtractRequest request;
    request.mutable_schema()->set_json_schema(std::string(kOrderSchema));
    request.set_input("2 chairs, a table and 4 lamps for Hans Weber");
    request.set_mode(mode);
    request.mutable_retry()->set_reask_strategy(v1::REASK_STRATEGY_PATCH);
    return request;
  }
  static v1::ExtractRequest CutRequest(v1::OnTruncated on_truncated) {
    v1::ExtractRequest request = PersonRequest();
    request.mutable_retry()->set_on_truncated(on_truncated);
    return request;
  }
  template <class Attempts>
  static Kinds KindsOf(const Attempts& attempts) {
    Kinds kinds;
    for (const v1::Attempt& attempt : attempts) kinds.push_back(attempt.kind());
    return kinds;
  }
  v1::ExtractResponse Extracted(const v1::ExtractRequest& request) {
    const auto result = client->Extract(request);
    EXPECT_TRUE(result.ok()) << result.failure().message;
    return result.ok() ? *result : v1::ExtractResponse();
  }
  std::string Body(size_t index) { return acme.requests().at(index).body; }
};

TEST_F(ReaskTest, APatchAsksForTheWrongPartsAloneAndKeepsTheRest) {
  Start();
  Script({ToolAnswer(Order("-1")), ToolAnswer(R"({"fix_1":1})")});
  const v1::ExtractResponse response = Extracted(OrderRequest());
  EXPECT_TRUE(response.valid());
  EXPECT_EQ(response.json(), Order("1"));
  EXPECT_EQ(
      KindsOf(response.attempts()), (Kinds{v1::ATTEMPT_KIND_FIRST, v1::ATTEMPT_KIND_REASK_PATCH})
  );
  EXPECT_EQ(response.attempts(0).issues(0).path(), "/lines/1/count");

  const json tool = json::parse(Body(1)).at("tools").at(0).at("function");
  EXPECT_EQ(tool.at("parameters").at("properties").size(), 1U);
  EXPECT_EQ(tool.at("parameters").at("required"), json({"fix_1"}));
  EXPECT_TRUE(tool.dump().find("maximum") != std::string::npos) << "the slice of the schema";
  EXPECT_EQ(tool.dump().find("customer"), std::string::npos) << "nothing but the slice";
}

TEST_F(ReaskTest, APatchIsWorthItsTokens) {
  Start();
  Script(
      {ToolAnswer(Order("-1")),
       ToolAnswer(R"({"fix_1":1})"),
       ToolAnswer(Order("-1")),
       ToolAnswer(Order("1"))}
  );
  v1::ExtractRequest request = OrderRequest();
  EXPECT_TRUE(Extracted(request).valid());
  request.mutable_retry()->set_reask_strategy(v1::REASK_STRATEGY_FULL);
  EXPECT_TRUE(Extracted(request).valid());
  const size_t patched = Body(1).size() + std::string_view(R"({"fix_1":1})").size();
  const size_t whole = Body(3).size() + Order("1").size();
  EXPECT_LT(patched * 2, whole);
}

TEST_F(ReaskTest, PatchesWorkInEveryMode) {
  Start();
  struct Way {
    v1::Mode mode;
    bool tool;
  };
  for (const Way way :
       {Way{v1::MODE_TOOLS, true},
        Way{v1::MODE_REASONING_TOOLS, true},
        Way{v1::MODE_JSON_SCHEMA, false},
        Way{v1::MODE_JSON, false},
        Way{v1::MODE_MD_JSON, false}}) {
    SCOPED_TRACE(v1::Mode_Name(way.mode));
    const size_t before = acme.requests().size();
    const auto answer = [&](std::string_view text) {
      return way.tool ? ToolAnswer(text) : TextAnswer(text);
    };
    Script({answer(Order("\"many\"")), answer(R"({"fix_1":7})")});
    const v1::ExtractResponse response = Extracted(OrderRequest(way.mode));
    EXPECT_EQ(response.json(), Order("7"));
    ASSERT_EQ(response.attempts_size(), 2);
    EXPECT_EQ(response.attempts(1).kind(), v1::ATTEMPT_KIND_REASK_PATCH);
    const std::string body = Body(before + 1);
    EXPECT_NE(body.find("fix_1"), std::string::npos);
    EXPECT_EQ(
        body.find("additionalProperties\\\":false,\\\"$defs\\\":{\\\"line"), std::string::npos
    );
  }
}

TEST_F(ReaskTest, AnswersInToonArePatchedInToon) {
  Start();
  v1::ExtractRequest request = OrderRequest(v1::MODE_MD_JSON);
  request.set_output_encoding(v1::TEXT_ENCODING_TOON);
  Script({TextAnswer(Order("-1")), TextAnswer("```toon\nfix_1: 3\n```")});
  const v1::ExtractResponse response = Extracted(request);
  EXPECT_EQ(response.json(), Order("3"));
  EXPECT_EQ(response.attempts(1).kind(), v1::ATTEMPT_KIND_REASK_PATCH);
}

TEST_F(ReaskTest, OfAListOnlyTheWrongItemsAreAskedForAgain) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_output_kind(v1::OUTPUT_KIND_ITERABLE);
  request.mutable_retry()->set_reask_strategy(v1::REASK_STRATEGY_PATCH);
  Script(
      {ToolAnswer(R"({"items":[{"name":"Ada","age":36},{"name":"Bob"},{"name":"Cy","age":-7}]})"),
       ToolAnswer(R"({"fix_1":5,"fix_2":7})")}
  );
  const v1::ExtractResponse response = Extracted(request);
  ASSERT_EQ(response.items_size(), 3);
  EXPECT_EQ(response.items(0).json(), kAda);
  EXPECT_EQ(response.items(1).json(), R"({"name":"Bob","age":5})");
  EXPECT_EQ(response.items(2).json(), R"({"name":"Cy","age":7})");
  EXPECT_EQ(response.attempts(1).kind(), v1::ATTEMPT_KIND_REASK_PATCH);
}

TEST_F(ReaskTest, APatchThatIsOfNoUseIsFollowedByTheWholeQuestion) {
  Start();
  for (const std::string_view useless : {R"({"fix_1":-2})", R"({"other":1})", "I can't."}) {
    SCOPED_TRACE(useless);
    Script({ToolAnswer(Order("-1")), ToolAnswer(useless), ToolAnswer(Order("1"))});
    const v1::ExtractResponse response = Extracted(OrderRequest());
    EXPECT_EQ(response.json(), Order("1"));
    EXPECT_EQ(
        KindsOf(response.attempts()),
        (Kinds{v1::ATTEMPT_KIND_FIRST, v1::ATTEMPT_KIND_REASK_PATCH, v1::ATTEMPT_KIND_REASK})
    );
  }
}

TEST_F(ReaskTest, APatchThatTheProviderRefusesIsFollowedByTheWholeQuestion) {
  Start();
  Script({ToolAnswer(Order("-1")), ErrorReply(400), ToolAnswer(Order("1"))});
  const v1::ExtractResponse response = Extracted(OrderRequest());
  EXPECT_EQ(response.json(), Order("1"));
  ASSERT_EQ(response.attempts_size(), 3);
  EXPECT_EQ(response.attempts(1).outcome(), v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(response.attempts(2).kind(), v1::ATTEMPT_KIND_REASK);
}

TEST_F(ReaskTest, WhereMostOfTheAnswerIsWrongTheWholeIsAskedFor) {
  Start();
  Script(
      {ToolAnswer(R"({"customer":["Hans","Peter","Maria","Weber","and others"],"lines":[]})"),
       ToolAnswer(Order("1"))}
  );
  const v1::ExtractResponse response = Extracted(OrderRequest());
  EXPECT_EQ(KindsOf(response.attempts()), (Kinds{v1::ATTEMPT_KIND_FIRST, v1::ATTEMPT_KIND_REASK}));
}

TEST_F(ReaskTest, WhatAPatchMendedIsKeptWhenItIsNotEnough) {
  Start();
  v1::ExtractRequest request = OrderRequest();
  request.mutable_retry()->set_max_reasks(1);
  request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  std::string two_wrong = Order("-1");
  two_wrong.replace(two_wrong.find('4'), 1, "0");
  Script({ToolAnswer(two_wrong), ToolAnswer(R"({"fix_1":1,"fix_2":0})")});
  const v1::ExtractResponse response = Extracted(request);
  EXPECT_FALSE(response.valid());
  ASSERT_EQ(response.issues_size(), 1);
  EXPECT_EQ(response.issues(0).path(), "/lines/2/count");
  EXPECT_NE(response.json().find(R"("count":1})"), std::string::npos) << response.json();
}

TEST_F(ReaskTest, AStreamShowsTheWholeOnceThePatchIsIn) {
  Start();
  Script(
      {fakes::ScriptedReply::EventStream(ToolEvents(InPieces(Order("-1"), 40))),
       ToolAnswer(R"({"fix_1":1})")}
  );
  PendingStream call(daemon->address(), StreamRequest(OrderRequest()));
  ASSERT_TRUE(call.status().ok()) << call.status().error_message();
  EXPECT_EQ(
      call.story(),
      (std::vector<std::string>{"started 1", "delta", "retrying", "started 2", "delta", "result"})
  );
  DeltaAssembler shown;
  for (const auto& event : call.events()) {
    if (event.has_retrying()) shown = {};
    shown.Apply(event);
  }
  EXPECT_EQ(shown.value().dump(), Order("1"));
  EXPECT_EQ(call.events().back().result().attempts(1).kind(), v1::ATTEMPT_KIND_REASK_PATCH);
}

TEST_F(ReaskTest, ACutAnswerIsAskedForAgainWithTwiceTheLimit) {
  Start();
  v1::ExtractRequest request = CutRequest(v1::ON_TRUNCATED_RAISE_LIMIT);
  request.mutable_generation()->set_max_output_tokens(50);
  Script(
      {ToolAnswer(R"({"name":"Ad)", "length"),
       ToolAnswer(R"({"name":"Ada")", "length"),
       ToolAnswer(kAda)}
  );
  const v1::ExtractResponse response = Extracted(request);
  EXPECT_EQ(response.json(), kAda);
  EXPECT_EQ(
      KindsOf(response.attempts()),
      (Kinds{v1::ATTEMPT_KIND_FIRST, v1::ATTEMPT_KIND_RAISED_LIMIT, v1::ATTEMPT_KIND_RAISED_LIMIT})
  );
  EXPECT_EQ(response.attempts(0).outcome(), v1::ATTEMPT_OUTCOME_TRUNCATED);
  EXPECT_EQ(json::parse(Body(1)).at("max_tokens"), 100);
  EXPECT_EQ(json::parse(Body(2)).at("max_tokens"), 200);
}

TEST_F(ReaskTest, WithoutALimitOfItsOwnTheTokensOfTheCutAnswerAreTheLimit) {
  Start();
  Script({ToolAnswer(R"({"name":"Ad)", "length"), ToolAnswer(kAda)});
  EXPECT_TRUE(Extracted(CutRequest(v1::ON_TRUNCATED_RAISE_LIMIT)).valid());
  EXPECT_EQ(json::parse(Body(1)).at("max_tokens"), 40) << "twice what was reported";
}

TEST_F(ReaskTest, TheLimitIsNotRaisedAboveTheModels) {
  Start("", "    models:\n      - name: acme-1\n        max_output_tokens: 70\n");
  v1::ExtractRequest request = CutRequest(v1::ON_TRUNCATED_RAISE_LIMIT);
  request.mutable_generation()->set_max_output_tokens(50);
  Script({ToolAnswer(R"({"name":"Ad)", "length")});
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "OUTPUT_TRUNCATED");
  EXPECT_EQ(result.failure().extraction->attempts_size(), 2);
  EXPECT_EQ(json::parse(Body(1)).at("max_tokens"), 70);
}

TEST_F(ReaskTest, FurtherTurnsOfCutAnswersAreBoundedByMaxReasks) {
  Start();
  v1::ExtractRequest request = CutRequest(v1::ON_TRUNCATED_RAISE_LIMIT);
  request.mutable_retry()->set_max_reasks(2);
  Script({ToolAnswer(R"({"name":"Ad)", "length")});
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "OUTPUT_TRUNCATED");
  EXPECT_EQ(result.failure().extraction->attempts_size(), 3);
}

TEST_F(ReaskTest, TheModelGoesOnWhereItStopped) {
  Start();
  for (const v1::Mode mode : {v1::MODE_TOOLS, v1::MODE_JSON_SCHEMA, v1::MODE_MD_JSON}) {
    SCOPED_TRACE(v1::Mode_Name(mode));
    v1::ExtractRequest request = CutRequest(v1::ON_TRUNCATED_CONTINUE);
    request.set_mode(mode);
    const bool tool = mode == v1::MODE_TOOLS;
    const size_t before = acme.requests().size();
    Script(
        {tool ? ToolAnswer(R"({"name":"A)", "length") : TextAnswer(R"({"name":"A)", "length"),
         TextAnswer(R"(da","ag)", "length"),
         TextAnswer("```\ne\":36}\n```")}
    );
    const v1::ExtractResponse response = Extracted(request);
    EXPECT_TRUE(response.valid());
    EXPECT_EQ(response.json(), kAda);
    EXPECT_EQ(
        KindsOf(response.attempts()),
        (Kinds{v1::ATTEMPT_KIND_FIRST, v1::ATTEMPT_KIND_CONTINUATION, v1::ATTEMPT_KIND_CONTINUATION}
        )
    );
    const json last = json::parse(Body(before + 2));
    const json& messages = last.at("messages");
    EXPECT_EQ(messages.at(messages.size() - 2).at("content"), R"({"name":"Ada","ag)");
    EXPECT_FALSE(last.contains("tools"));
    EXPECT_FALSE(last.contains("response_format"));
  }
}

TEST_F(ReaskTest, AContinuationThatBringsNothingEndsAsTruncated) {
  Start();
  Script({ToolAnswer(R"({"name":"A)", "length"), TextAnswer("", "length")});
  const auto result = client->Extract(CutRequest(v1::ON_TRUNCATED_CONTINUE));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "OUTPUT_TRUNCATED");
  EXPECT_EQ(result.failure().extraction->attempts_size(), 2);
}

TEST_F(ReaskTest, AStreamShowsTheWholeOnceItsRestIsThere) {
  Start();
  const std::string events = ToolEvents({R"({"name":"A)"});
  Script({fakes::ScriptedReply::EventStream(events), TextAnswer(R"(da","age":36})")});
  PendingStream call(daemon->address(), StreamRequest(CutRequest(v1::ON_TRUNCATED_CONTINUE)));
  ASSERT_TRUE(call.status().ok()) << call.status().error_message();
  EXPECT_EQ(call.events().back().result().json(), kAda);
  DeltaAssembler shown;
  for (const auto& event : call.events()) {
    if (event.has_retrying()) shown = {};
    shown.Apply(event);
  }
  EXPECT_EQ(shown.value().dump(), kAda);
}

TEST_F(ReaskTest, AnUnreadableAnswerIsAskedForAtOnceInStricterWords) {
  Start();
  for (const v1::Mode mode : {v1::MODE_TOOLS, v1::MODE_MD_JSON}) {
    const size_t before = acme.requests().size();
    v1::ExtractRequest request = PersonRequest();
    request.set_mode(mode);
    request.mutable_retry()->set_initial_backoff_ms(600'000);
    const bool tool = mode == v1::MODE_TOOLS;
    Script({TextAnswer("She is 36."), tool ? ToolAnswer(kAda) : TextAnswer(kAda)});
    const v1::ExtractResponse response = Extracted(request);
    ASSERT_EQ(response.attempts_size(), 2);
    EXPECT_EQ(response.attempts(1).kind(), v1::ATTEMPT_KIND_REASK);
    EXPECT_EQ(response.attempts(1).backoff_ms(), 0);
    const std::string words = tool ? "in no other way" : "strictly in the form";
    EXPECT_NE(Body(before + 1).find(words), std::string::npos);
  }
}

TEST_F(ReaskTest, TheBestAnswerSoFarIsReportedWhateverComesAfterIt) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_reasks(2);
  request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  Script(
      {ToolAnswer(R"({"name":7,"age":-1})"),
       ToolAnswer(kAdaWithNegativeAge),
       ToolAnswer(R"({"name":7,"age":-3})")}
  );
  const v1::ExtractResponse response = Extracted(request);
  EXPECT_FALSE(response.valid());
  EXPECT_EQ(response.json(), kAdaWithNegativeAge);
  ASSERT_EQ(response.issues_size(), 1);
  EXPECT_EQ(response.issues(0).path(), "/age");
  EXPECT_EQ(response.attempts_size(), 3);
}

TEST_F(ReaskTest, AFailureBringsTheBestAnswerInStreams) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_reasks(1);
  v1::ExtractStreamRequest streamed = StreamRequest(request);
  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(R"({"name":7,"age":-3})")});
  PendingStream call(daemon->address(), streamed);
  EXPECT_FALSE(call.status().ok());
  ASSERT_TRUE(call.events().back().has_failure());
  EXPECT_EQ(call.events().back().failure().failure().best_json(), kAdaWithNegativeAge);
}

}  // namespace
}  // namespace extractd::integration
