// What streams show of answers that are no plain objects, and of calls that go on elsewhere: items
// that stay, values without their wrapper, and one bill for all targets.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using Story = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::string_view kThree =
    R"({"items":[{"name":"Ada","age":36},{"name":"Bob","age":5},{"name":"Cy","age":7}]})";

class StreamItemsTest : public DaemonTest {
 protected:
  static v1::ExtractStreamRequest ListStream() {
    v1::ExtractStreamRequest request = StreamRequest(PersonRequest());
    request.mutable_request()->set_output_kind(v1::OUTPUT_KIND_ITERABLE);
    return request;
  }
  std::unique_ptr<PendingStream> Call(const v1::ExtractStreamRequest& request) {
    return std::make_unique<PendingStream>(daemon->address(), request);
  }
  static Story ItemsOf(const PendingStream::Events& events) {
    Story items;
    for (const auto& event : events) {
      if (!event.has_item()) continue;
      EXPECT_EQ(event.item().index(), static_cast<int>(items.size()));
      items.push_back(event.item().json());
    }
    return items;
  }
  static ScriptedReply Streamed(std::string_view arguments, size_t bytes = 7) {
    return ScriptedReply::EventStream(ToolEvents(InPieces(arguments, bytes)));
  }
};

TEST_F(StreamItemsTest, EachItemComesAsSoonAsItHasEnded) {
  Start();
  const std::string events = ToolEvents(InPieces(kThree, 7));
  Script({ScriptedReply::EventStream(events).StallAfter(events.find("Bob"))});
  const auto call = Call(ListStream());
  ASSERT_TRUE(call->WaitForEvents(2)) << "the provider has not ended";
  EXPECT_EQ(call->story(), (Story{"started 1", "item"}));
  EXPECT_EQ(ItemsOf(call->events()), (Story{R"({"name":"Ada","age":36})"}));
}

TEST_F(StreamItemsTest, TheResultOfAListHasNoItemThatWasAnEvent) {
  Start();
  Script({Streamed(kThree)});
  const auto call = Call(ListStream());
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "item", "item", "item", "result"}));
  EXPECT_EQ(ItemsOf(call->events()).back(), R"({"name":"Cy","age":7})");
  EXPECT_EQ(call->events().back().result().items_size(), 0);
  EXPECT_TRUE(call->events().back().result().valid());
}

TEST_F(StreamItemsTest, AnEmptyListHasNoItem) {
  Start();
  Script({Streamed(R"({"items":[]})")});
  const auto call = Call(ListStream());
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "result"}));
}

TEST_F(StreamItemsTest, ItemsOutliveTheAttemptAndOnlyTheRestIsAskedFor) {
  Start();
  Script({
      Streamed(R"({"items":[{"name":"Ada","age":36},{"name":"Bob","age":-5},{"name":"C","age":7}]})"
      ),
      Streamed(R"({"items":[{"name":"Bob","age":5}]})"),
  });
  const auto call = Call(ListStream());
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "item", "retrying", "started 2", "item", "result"}));
  EXPECT_EQ(
      ItemsOf(call->events()), (Story{R"({"name":"Ada","age":36})", R"({"name":"Bob","age":5})"})
  );
  const std::string asked = acme.requests().at(1).body;
  EXPECT_NE(asked.find(R"([{\"name\":\"Ada\",\"age\":36}])"), std::string::npos) << asked;
  EXPECT_NE(asked.find("/items/1/age"), std::string::npos) << asked;
}

TEST_F(StreamItemsTest, AListGoesOnAfterALostConnection) {
  Start("initial_backoff_ms: 10\n");
  const std::string events = ToolEvents(InPieces(kThree, 7));
  Script({
      ScriptedReply::EventStream(events).CutAfter(events.find("Cy")),
      Streamed(R"({"items":[{"name":"Cy","age":7}]})"),
  });
  const auto call = Call(ListStream());
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "item", "item", "retrying", "started 2", "item", "result"})
  );
  EXPECT_EQ(ItemsOf(call->events()).size(), 3U);
}

TEST_F(StreamItemsTest, WhatIsNotValidOfABestEffortIsInTheResult) {
  Start("max_reasks: 0\n");
  Script({Streamed(R"({"items":[{"name":"Ada","age":36},{"name":"Bob","age":-5}]})")});
  v1::ExtractStreamRequest request = ListStream();
  request.mutable_request()->mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT
  );
  const auto call = Call(request);
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(ItemsOf(call->events()).size(), 1U);
  const v1::ExtractResponse result = call->events().back().result();
  EXPECT_FALSE(result.valid());
  ASSERT_EQ(result.items_size(), 1);
  EXPECT_EQ(result.items(0).index(), 1);
}

TEST_F(StreamItemsTest, AValueThatMayBeMissingGrowsWithoutItsWrapper) {
  Start();
  Script({Streamed(R"({"value":{"name":"Ada","age":36},"absent_reason":null})", 5)});
  v1::ExtractStreamRequest request = StreamRequest(PersonRequest());
  request.mutable_request()->set_output_kind(v1::OUTPUT_KIND_MAYBE);
  const auto found = Call(request);
  ASSERT_TRUE(found->status().ok()) << found->status().error_message();
  EXPECT_EQ(found->story(), (Story{"started 1", "delta", "result"}));
  DeltaAssembler assembler;
  for (const auto& event : found->events()) assembler.Apply(event);
  EXPECT_EQ(assembler.value().dump(), kAda);
  EXPECT_EQ(found->events().back().result().json(), kAda);

  Script({Streamed(R"({"value":null,"absent_reason":"no one is named"})", 5)});
  const auto absent = Call(request);
  ASSERT_TRUE(absent->status().ok()) << absent->status().error_message();
  EXPECT_EQ(absent->story(), (Story{"started 1", "result"}));
  EXPECT_EQ(absent->events().back().result().absent_reason(), "no one is named");
}

TEST_F(StreamItemsTest, ARootThatIsNoObjectGrowsToo) {
  Start();
  Script({Streamed(R"({"value":["one","two"]})", 3).Dripping(150, 5ms)});
  v1::ExtractStreamRequest request = StreamRequest(PersonRequest());
  request.mutable_request()->mutable_schema()->set_json_schema(
      R"({"type":"array","items":{"type":"string"}})"
  );
  const auto call = Call(request);
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  DeltaAssembler assembler;
  std::vector<std::string> seen;
  for (const auto& event : call->events()) {
    assembler.Apply(event);
    seen.push_back(assembler.value().dump());
  }
  EXPECT_EQ(assembler.value().dump(), R"(["one","two"])");
  EXPECT_TRUE(std::ranges::find(seen, R"(["one"])") != seen.end()) << "it grew";
}

// Beside acme there is beta, which is another server.
class StreamFallbackTest : public StreamItemsTest {
 protected:
  void StartBoth() {
    Start(
        "initial_backoff_ms: 1\nmax_transport_retries: 0\n",
        fmt::format("  beta:\n    base_url: {}\n    key_required: false\n", beta.url())
    );
  }
  static v1::ExtractStreamRequest WithFallback(v1::ExtractStreamRequest request) {
    request.mutable_request()->mutable_routing()->add_fallbacks()->set_model("beta/beta-1");
    return request;
  }

  fakes::HttpImposter beta;
};

TEST_F(StreamFallbackTest, BeforeTheFirstDeltaItIsSilent) {
  StartBoth();
  Script({ErrorReply(503)});
  beta.ReplyByDefault(Streamed(kAda));
  const auto call = Call(WithFallback(StreamRequest(PersonRequest())));
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 2", "delta", "result"}));
  EXPECT_EQ(call->events().front().started().provider(), "beta");
  const v1::ExtractResponse result = call->events().back().result();
  EXPECT_EQ(result.provider(), "beta");
  ASSERT_EQ(result.attempts_size(), 2);
  EXPECT_EQ(result.attempts(1).kind(), v1::ATTEMPT_KIND_FALLBACK);
}

TEST_F(StreamFallbackTest, AfterItWhatWasShownIsVoidAndTheBillIsOne) {
  StartBoth();
  const std::string events = ToolEvents(InPieces(kAda, 5));
  Script({ScriptedReply::EventStream(events).CutAfter(events.size() / 2)});
  beta.ReplyByDefault(Streamed(kAda));
  const auto call = Call(WithFallback(StreamRequest(PersonRequest())));
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "delta", "retrying", "started 2", "delta", "result"})
  );
  const auto all = call->events();
  const auto retrying = std::ranges::find_if(all, [](const auto& e) { return e.has_retrying(); });
  EXPECT_EQ(retrying->retrying().attempt().provider(), "acme");
  EXPECT_EQ(retrying->retrying().attempt().outcome(), v1::ATTEMPT_OUTCOME_UNAVAILABLE);
  const v1::ExtractResponse result = all.back().result();
  ASSERT_EQ(result.attempts_size(), 2);
  EXPECT_GT(result.usage().input_tokens(), 100) << "that of the target that failed is in it";
  EXPECT_TRUE(result.usage().estimated());
}

TEST_F(StreamFallbackTest, AnotherTargetGoesOnWithTheList) {
  StartBoth();
  const std::string events = ToolEvents(InPieces(kThree, 7));
  Script({ScriptedReply::EventStream(events).CutAfter(events.find("Cy"))});
  beta.ReplyByDefault(Streamed(R"({"items":[{"name":"Cy","age":7}]})"));
  const auto call = Call(WithFallback(ListStream()));
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(ItemsOf(call->events()).size(), 3U);
  EXPECT_NE(beta.requests().at(0).body.find("Bob"), std::string::npos);
}

TEST_F(StreamFallbackTest, TheBestEffortSurvivesAFallbackThatFails) {
  StartBoth();
  Script({Streamed(kAdaWithNegativeAge)});
  beta.ReplyByDefault(ErrorReply(400));
  v1::ExtractStreamRequest request = WithFallback(StreamRequest(PersonRequest()));
  request.mutable_request()->mutable_retry()->set_max_reasks(0);
  request.mutable_request()->mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT
  );
  const auto call = Call(request);
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "delta", "retrying", "started 1", "delta", "result"})
  );
  DeltaAssembler assembler;
  for (const auto& event : call->events()) assembler.Apply(event);
  EXPECT_EQ(assembler.value().dump(), kAdaWithNegativeAge);
  EXPECT_EQ(call->events().back().result().json(), kAdaWithNegativeAge);
}

TEST_F(StreamFallbackTest, WhereAllFailTheFailureHasAllAttempts) {
  StartBoth();
  Script({ErrorReply(503)});
  beta.ReplyByDefault(ErrorReply(503));
  const auto call = Call(WithFallback(StreamRequest(PersonRequest())));
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(call->story(), (Story{"failure"}));
  EXPECT_EQ(call->events().back().failure().failure().attempts_size(), 2);
}

}  // namespace
}  // namespace extractd::integration
