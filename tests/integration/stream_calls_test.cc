// Streams of several tools: each call that has ended and is valid is an item at once, and stays.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/write.h"
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using Story = std::vector<std::string>;

constexpr std::string_view kBob = R"({"name":"Bob","age":5})";
constexpr std::string_view kParis = R"({"city":"Paris"})";
constexpr std::string_view kCitySchema =
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"],)"
    R"("additionalProperties":false})";

struct MadeCall {
  std::string tool;
  std::string arguments;
};

std::string Chunk(std::string_view choice) {
  return fmt::format(
      "data: {{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"acme-1\","
      "\"choices\":[{}]}}\n\n",
      choice
  );
}

// The calls one after the other, their arguments in pieces of so many bytes.
std::string CallEvents(const std::vector<MadeCall>& calls, size_t bytes = 7) {
  std::string events;
  for (size_t i = 0; i < calls.size(); ++i) {
    events += Chunk(fmt::format(
        R"({{"index":0,"delta":{{"tool_calls":[{{"index":{},"id":"call_{}","type":"function",)"
        R"("function":{{"name":"{}","arguments":""}}}}]}},"finish_reason":null}})",
        i,
        i,
        calls[i].tool
    ));
    for (const std::string& piece : InPieces(calls[i].arguments, bytes)) {
      std::string quoted;
      json::WriteString(piece, quoted);
      events += Chunk(fmt::format(
          R"({{"index":0,"delta":{{"tool_calls":[{{"index":{},"function":{{"arguments":{}}}}}]}},)"
          R"("finish_reason":null}})",
          i,
          quoted
      ));
    }
  }
  return events + Chunk(R"({"index":0,"delta":{},"finish_reason":"tool_calls"})") +
         "data: [DONE]\n\n";
}

ScriptedReply Calls(const std::vector<MadeCall>& calls) {
  return ScriptedReply::EventStream(CallEvents(calls));
}

class StreamCallsTest : public DaemonTest {
 protected:
  static v1::ExtractRequest ToolsRequest() {
    v1::ExtractRequest request = PersonRequest();
    request.clear_schema();
    for (const auto& [name, schema] :
         {std::pair("person", kPersonSchema), {"place", kCitySchema}}) {
      v1::Tool& tool = *request.add_tools();
      tool.set_name(name);
      tool.mutable_schema()->set_json_schema(std::string(schema));
    }
    return request;
  }
  std::unique_ptr<PendingStream> Stream() {
    return std::make_unique<PendingStream>(daemon->address(), StreamRequest(ToolsRequest()));
  }
  static Story ItemsOf(const PendingStream::Events& events) {
    Story items;
    for (const auto& event : events) {
      if (!event.has_item()) continue;
      EXPECT_EQ(event.item().index(), static_cast<int>(items.size()));
      items.push_back(event.item().tool_name() + " " + event.item().json());
    }
    return items;
  }
  static std::string Item(std::string_view tool, std::string_view json) {
    return fmt::format("{} {}", tool, json);
  }
  bool WasAsked(size_t request, std::string_view words) const {
    return acme.requests().at(request).body.find(words) != std::string::npos;
  }
};

TEST_F(StreamCallsTest, ACallIsAnItemAsSoonAsItHasEnded) {
  Start();
  const std::string events = CallEvents({{"person", std::string(kAda)}, {"place", "{}"}});
  Script({ScriptedReply::EventStream(events).StallAfter(events.find("place"))});
  const auto call = Stream();
  ASSERT_TRUE(call->WaitForEvents(2)) << "the provider has not ended";
  EXPECT_EQ(call->story(), (Story{"started 1", "item"}));
  EXPECT_EQ(ItemsOf(call->events()), (Story{Item("person", kAda)}));
}

TEST_F(StreamCallsTest, TheLastCallComesBeforeTheEndToo) {
  Start();
  const std::string events = CallEvents({{"place", std::string(kParis)}});
  Script({ScriptedReply::EventStream(events).StallAfter(events.find("\"tool_calls\"}"))});
  const auto call = Stream();
  ASSERT_TRUE(call->WaitForEvents(2)) << "its last bracket is there";
  EXPECT_EQ(ItemsOf(call->events()), (Story{Item("place", kParis)}));
}

TEST_F(StreamCallsTest, TheResultHasNoItemThatWasAnEvent) {
  Start();
  Script({Calls({{"person", std::string(kAda)}, {"place", std::string(kParis)}})});
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "item", "item", "result"}));
  EXPECT_EQ(call->events().back().result().items_size(), 0);
  EXPECT_EQ(call->events().back().result().warnings_size(), 0);
}

TEST_F(StreamCallsTest, EqualCallsOfOneReplyAreTwoItems) {
  Start();
  Script({Calls({{"person", std::string(kAda)}, {"person", std::string(kAda)}})});
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(ItemsOf(call->events()).size(), 2U);
}

TEST_F(StreamCallsTest, AWrongCallHoldsBackThoseBehindItUntilItIsCorrected) {
  Start();
  Script({
      Calls(
          {{"place", std::string(kParis)},
           {"person", std::string(kAdaWithNegativeAge)},
           {"person", std::string(kBob)}}
      ),
      Calls({{"person", std::string(kAda)}}),
  });
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "item", "retrying", "started 2", "item", "item", "result"})
  );
  EXPECT_EQ(
      ItemsOf(call->events()),
      (Story{Item("place", kParis), Item("person", kAda), Item("person", kBob)})
  ) << "in the model's order";
}

TEST_F(StreamCallsTest, AfterALostConnectionOnlyTheFurtherCallsAreAskedFor) {
  Start("initial_backoff_ms: 10\n");
  const std::string events =
      CallEvents({{"person", std::string(kAda)}, {"place", std::string(kParis)}});
  Script({
      ScriptedReply::EventStream(events).CutAfter(events.find("place") + 10),
      Calls({{"place", std::string(kParis)}}),
  });
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "item", "retrying", "started 2", "item", "result"}));
  EXPECT_EQ(ItemsOf(call->events()), (Story{Item("person", kAda), Item("place", kParis)}));
  EXPECT_TRUE(WasAsked(1, R"(person {\"name\":\"Ada\",\"age\":36})"));
}

TEST_F(StreamCallsTest, AModelThatRepeatsWhatWasToldAddsNothing) {
  Start("initial_backoff_ms: 10\n");
  const std::string events =
      CallEvents({{"person", std::string(kAda)}, {"place", std::string(kParis)}});
  Script({
      ScriptedReply::EventStream(events).CutAfter(events.find("place") + 10),
      ScriptedReply::EventStream(events),
  });
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(ItemsOf(call->events()), (Story{Item("person", kAda), Item("place", kParis)}));
}

TEST_F(StreamCallsTest, WhereNoCallIsLeftAReplyWithoutOneIsTheEnd) {
  Start("initial_backoff_ms: 10\n");
  const std::string events = CallEvents({{"person", std::string(kAda)}});
  Script({
      ScriptedReply::EventStream(events).CutAfter(events.find("\"tool_calls\"}")),
      TextAnswer("That was all."),
  });
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(ItemsOf(call->events()), (Story{Item("person", kAda)}));
}

TEST_F(StreamCallsTest, ACallOfAnUnknownToolIsNoItem) {
  Start();
  Script(
      {Calls({{"animal", "{}"}, {"person", std::string(kAda)}}),
       Calls({{"place", std::string(kParis)}})}
  );
  const auto call = Stream();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(ItemsOf(call->events()).size(), 2U);
}

// A dialog about several calls, through the client.
class CallsDialogTest : public StreamCallsTest {
 protected:
  using Reviews = std::vector<Client::Issues>;
  // Answers the candidates with these reviews, in order.
  Result<v1::ExtractResponse> Review(Reviews reviews) {
    v1::InteractiveStart start;
    *start.mutable_request() = ToolsRequest();
    start.set_include_partials(true);
    size_t next = 0;
    return client->ExtractInteractive(start, [&](const v1::Candidate& candidate) {
      candidates_.push_back(JsonsOf(candidate.response()));
      return std::optional(reviews.at(next++));
    });
  }
  static Story JsonsOf(const v1::ExtractResponse& response) {
    Story jsons;
    for (const v1::Item& item : response.items()) jsons.push_back(item.json());
    return jsons;
  }
  static v1::Issue IssueAt(const std::string& path, const std::string& message) {
    v1::Issue issue;
    issue.set_path(path);
    issue.set_message(message);
    return issue;
  }

  std::vector<Story> candidates_;
};

TEST_F(CallsDialogTest, ARejectNamesACallAndTheOthersStayAccepted) {
  Start();
  Script({
      Calls({{"place", std::string(kParis)}, {"person", std::string(kAda)}}),
      Calls({{"person", std::string(kBob)}}),
  });
  const auto result = Review({{IssueAt("/1/name", "we look for Bob")}, {}});
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(candidates_.size(), 2U);
  EXPECT_EQ(candidates_[0], (Story{std::string(kParis), std::string(kAda)}));
  EXPECT_EQ(candidates_[1], (Story{std::string(kParis), std::string(kBob)}));
  EXPECT_EQ(JsonsOf(*result), candidates_[1]);
  EXPECT_TRUE(WasAsked(1, "/name: we look for Bob"));
  EXPECT_TRUE(WasAsked(1, "Accepted; do not call it again."));
}

TEST_F(CallsDialogTest, ARejectOfAnEarlierRepliesCallNamesItsTool) {
  Start();
  Script({
      Calls({{"place", std::string(kParis)}, {"person", std::string(kAda)}}),
      Calls({{"person", std::string(kBob)}}),
      Calls({{"place", R"({"city":"Rome"})"}}),
  });
  const auto result = Review({{IssueAt("/1", "not her")}, {IssueAt("/0/city", "Rome")}, {}});
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(candidates_.back(), (Story{R"({"city":"Rome"})", std::string(kBob)}));
  EXPECT_TRUE(WasAsked(2, "the call of 'place' before this reply, at /city: Rome"));
}

TEST_F(CallsDialogTest, ARejectWithoutAPathIsOfAllCalls) {
  Start();
  Script({
      Calls({{"place", std::string(kParis)}, {"person", std::string(kAda)}}),
      Calls({{"place", R"({"city":"Rome"})"}, {"person", std::string(kBob)}}),
  });
  const auto result = Review({{IssueAt("", "wrong letter")}, {}});
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(candidates_.back(), (Story{R"({"city":"Rome"})", std::string(kBob)}));
}

}  // namespace
}  // namespace extractd::integration
