// What Cohere answered and was asked, recorded by others: replies, streams and errors must be read
// as they were recorded, and the same messages, tools and schema must make the same request. What
// is expected is taken from the recording with another JSON library.
//
// Left out: /v1/chat, an API of the past with other fields.
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/cohere/cohere_chat.h"
#include "tests/conformance/exchanges.h"
#include "tests/fakes/delta_log.h"

namespace extractd::providers {
namespace {

using recorded::Exchange;
using recorded::Json;

constexpr std::string_view kPath = "/v2/chat";

std::vector<Exchange> Traffic() {
  std::vector<Exchange> exchanges = recorded::TrafficOf("cohere");
  std::erase_if(exchanges, [](const Exchange& exchange) { return exchange.path != kPath; });
  return exchanges;
}

const std::map<std::string, FinishReason> kFinishReasons = {
    {"COMPLETE", FinishReason::kStop},
    {"TOOL_CALL", FinishReason::kToolCalls},
    {"MAX_TOKENS", FinishReason::kLength},
};

// What a reply holds, from a recording of either kind.
struct Expected {
  std::string text = {};
  std::string thinking = {};
  std::vector<Json> calls = {};  // {id, name, arguments}
  size_t sources = 0;
  std::string finish = {};
  Json usage = {};
};

size_t SourcesIn(const Json& citations) {
  size_t count = 0;
  for (const Json& citation : citations) count += citation["sources"].size();
  return count;
}

Expected ExpectedOf(const Json& reply) {
  const Json& message = reply["message"];
  Expected expected = {.finish = reply["finish_reason"], .usage = reply["usage"]};
  expected.thinking = message.value("tool_plan", "");
  for (const Json& part : message.value("content", Json::array())) {
    expected.text += part.value("text", "");
    expected.thinking += part.value("thinking", "");
  }
  for (const Json& call : message.value("tool_calls", Json::array())) {
    expected.calls.push_back(
        {{"id", call["id"]},
         {"name", call["function"]["name"]},
         {"arguments", call["function"]["arguments"]}}
    );
  }
  expected.sources = SourcesIn(message.value("citations", Json::array()));
  return expected;
}

// By the member that an event has, wherever it says it belongs.
Expected ExpectedOf(const std::vector<std::string>& events) {
  Expected expected;
  for (const std::string& text : events) {
    if (text == "[DONE]") continue;
    const Json event = Json::parse(text);
    const Json delta = event.value("delta", Json::object());
    const Json message = delta.value("message", Json::object());
    expected.thinking += message.value("tool_plan", "");
    const Json content = message.value("content", Json());
    if (content.is_object()) expected.text += content.value("text", "");
    if (content.is_object()) expected.thinking += content.value("thinking", "");
    const Json call = message.value("tool_calls", Json());
    if (call.is_object() && call.contains("id")) {
      expected.calls.push_back({{"id", call["id"]}, {"name", call["function"]["name"]}});
    }
    if (call.is_object()) {
      Json& known = expected.calls.back()["arguments"];
      known = (known.is_null() ? "" : known.get<std::string>()) +
              call["function"]["arguments"].get<std::string>();
    }
    const Json citation = message.value("citations", Json());
    if (citation.is_object()) expected.sources += citation["sources"].size();
    if (event["type"] == "message-end") expected.finish = delta["finish_reason"];
    if (event["type"] == "message-end") expected.usage = delta["usage"];
  }
  return expected;
}

struct Counts {
  int replies = 0;
  int calls = 0;
  int thoughts = 0;
  int citations = 0;
  int cached = 0;
};

void ExpectReply(const SendResult& result, const Expected& expected, Counts& counts) {
  ASSERT_TRUE(result.ok()) << SendFailureName(result.failure) << ": " << result.message;
  const ChatReply& reply = result.reply;
  EXPECT_EQ(reply.message.text, expected.text);
  std::string thinking;
  for (const Thinking& thought : reply.message.thinking) thinking += thought.text;
  EXPECT_EQ(thinking, expected.thinking);
  ASSERT_EQ(reply.message.tool_calls.size(), expected.calls.size());
  for (size_t i = 0; i < expected.calls.size(); ++i) {
    const ToolCall& call = reply.message.tool_calls[i];
    EXPECT_EQ(call.id, expected.calls[i]["id"].get<std::string>());
    EXPECT_EQ(call.name, expected.calls[i]["name"].get<std::string>());
    EXPECT_EQ(call.arguments, expected.calls[i]["arguments"].get<std::string>());
  }
  EXPECT_EQ(reply.citations.size(), expected.sources);
  ASSERT_TRUE(kFinishReasons.contains(expected.finish)) << expected.finish;
  EXPECT_EQ(reply.finish_reason, kFinishReasons.at(expected.finish));
  EXPECT_EQ(reply.usage.input_tokens, expected.usage["tokens"]["input_tokens"].get<int>());
  EXPECT_EQ(reply.usage.output_tokens, expected.usage["billed_units"]["output_tokens"].get<int>());
  EXPECT_EQ(reply.usage.cached_input_tokens, expected.usage.value("cached_tokens", 0));
  EXPECT_EQ(reply.usage.reasoning_tokens, expected.usage["tokens"].value("reasoning_tokens", 0));
  EXPECT_FALSE(reply.sanitized);
  ++counts.replies;
  counts.calls += static_cast<int>(expected.calls.size());
  counts.thoughts += thinking.empty() ? 0 : 1;
  counts.citations += static_cast<int>(expected.sources);
  counts.cached += reply.usage.cached_input_tokens > 0 ? 1 : 0;
}

void PrintCounts(std::string_view what, const Counts& counts) {
  fmt::print(
      "cohere_chat, {}: {} as recorded: {} calls, {} with thoughts, {} citations, {} with cached "
      "tokens\n",
      what,
      counts.replies,
      counts.calls,
      counts.thoughts,
      counts.citations,
      counts.cached
  );
}

void ExpectStream(const std::vector<std::string>& events, Counts& counts) {
  const auto decoder = CohereChat().NewStreamDecoder();
  DeltaLog deltas;
  for (const std::string& event : events) {
    if (!decoder->Read({.data = event}, deltas)) break;
  }
  const Expected expected = ExpectedOf(events);
  ExpectReply(decoder->Finish(), expected, counts);
  EXPECT_EQ(deltas.text, expected.text);
  EXPECT_EQ(deltas.thinking, expected.thinking);
}

TEST(CohereTrafficTest, EveryRecordedReplyIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  for (const Exchange& exchange : Traffic()) {
    if (exchange.status != 200 || exchange.streamed()) continue;
    SCOPED_TRACE(exchange.id);
    ExpectReply(
        CohereChat().Decode(200, exchange.body, NoHeader), ExpectedOf(exchange.reply), counts
    );
  }
  for (const Json& row : recorded::FixturesOf("cohere", "unary")) {
    SCOPED_TRACE(row["id"].get<std::string>());
    const Json& body = row["body_json"];
    ExpectReply(CohereChat().Decode(200, body.dump(), NoHeader), ExpectedOf(body), counts);
  }
  PrintCounts("replies", counts);
  EXPECT_GE(counts.replies, 13);
  EXPECT_GE(counts.calls, 6);
  EXPECT_GE(counts.thoughts, 6);
  EXPECT_GE(counts.citations, 5);
}

TEST(CohereTrafficTest, EveryRecordedStreamIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  for (const Exchange& exchange : Traffic()) {
    if (!exchange.streamed()) continue;
    SCOPED_TRACE(exchange.id);
    ExpectStream(recorded::EventsOf(exchange.body, "data: "), counts);
  }
  for (const Json& row : recorded::FixturesOf("cohere", "stream_events")) {
    SCOPED_TRACE(row["id"].get<std::string>());
    std::vector<std::string> events;
    for (const Json& event : row["events_json"]) events.push_back(event.dump());
    ExpectStream(events, counts);
  }
  PrintCounts("streams", counts);
  EXPECT_GE(counts.replies, 6);
  EXPECT_GE(counts.calls, 2);
  EXPECT_GE(counts.citations, 2);
}

TEST(CohereTrafficTest, EveryRecordedErrorHasItsMeaning) {
  REQUIRE_TEST_DATA("provider-traffic");
  const std::map<int, SendFailure> meanings = {
      {400, SendFailure::kContextTooLong},
      {401, SendFailure::kAuth},
      {404, SendFailure::kUnknownModel},
  };
  int errors = 0;
  // Errors of the old API have the same form.
  for (const Exchange& exchange : recorded::TrafficOf("cohere")) {
    if (exchange.status == 200) continue;
    SCOPED_TRACE(exchange.id);
    ASSERT_TRUE(meanings.contains(exchange.status)) << exchange.body;
    const SendResult result = CohereChat().Decode(exchange.status, exchange.body, NoHeader);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(meanings.at(exchange.status)))
        << exchange.body;
    ++errors;
  }
  fmt::print("cohere_chat: {} errors\n", errors);
  EXPECT_GE(errors, 4);
}

TEST(CohereTrafficTest, ACutReplyIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Exchange& exchange : Traffic()) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    if (exchange.streamed()) {
      std::vector<std::string> events = recorded::EventsOf(exchange.body, "data: ");
      const auto decoder = CohereChat().NewStreamDecoder();
      DeltaLog deltas;
      for (const std::string& event : events) {
        if (event.find("message-end") != std::string::npos) break;
        decoder->Read({.data = event}, deltas);
      }
      EXPECT_EQ(decoder->Finish().failure, SendFailure::kMalformed);
      ++cuts;
      continue;
    }
    const size_t step = std::max<size_t>(1, exchange.body.size() / 40);
    for (size_t length = 0; length < exchange.body.size(); length += step, ++cuts) {
      const SendResult result = CohereChat().Decode(200, exchange.body.substr(0, length), NoHeader);
      EXPECT_EQ(result.failure, SendFailure::kMalformed);
    }
  }
  fmt::print("cohere_chat: {} cut bodies, none taken for an answer\n", cuts);
  EXPECT_GE(cuts, 300);
}

Role RoleOf(const std::string& name) {
  if (name == "system") return Role::kSystem;
  if (name == "assistant") return Role::kAssistant;
  return name == "tool" ? Role::kTool : Role::kUser;
}

// Texts of content in any of its forms; documents by the text of their data.
std::string TextOf(const Json& content) {
  if (content.is_string()) return content;
  std::string text;
  for (const Json& part : content) {
    if (part["type"] == "text") text += part["text"].get<std::string>();
    if (part["type"] == "document") text += part["document"]["data"]["text"].get<std::string>();
  }
  return text;
}

Message MessageOf(const Json& recorded) {
  Message message = {.role = RoleOf(recorded["role"])};
  message.text = TextOf(recorded.value("content", Json::array()));
  message.tool_call_id = recorded.value("tool_call_id", "");
  for (const Json& call : recorded.value("tool_calls", Json::array())) {
    const Json& function = call["function"];
    message.tool_calls.push_back({call["id"], function["name"], function["arguments"]});
  }
  return message;
}

// What the recording asks for, in our terms. `texts` keeps what schemas are views of.
ChatRequest RequestOf(const Json& body, std::vector<std::string>& texts) {
  ChatRequest request = {.model = body["model"], .stream = body.value("stream", false)};
  for (const Json& message : body["messages"]) request.messages.push_back(MessageOf(message));
  const auto keep = [&texts](std::string text) -> std::string_view {
    return texts.emplace_back(std::move(text));
  };
  texts.reserve(64);
  for (const Json& tool : body.value("tools", Json::array())) {
    const Json& function = tool["function"];
    request.tools.push_back(
        {.name = keep(function["name"]),
         .description = keep(function.value("description", "")),
         .json = keep(function["parameters"].dump())}
    );
  }
  request.tool_use = ToolUse::kFree;  // no recording forces a call
  if (body.contains("response_format")) {
    request.format = AnswerFormat::kJsonSchema;
    request.schema = SchemaText{.json = keep(body["response_format"]["json_schema"].dump())};
  }
  for (const Json& document : body.value("documents", Json::array())) {
    request.messages.back().media.push_back(
        {.kind = MediaKind::kDocument,
         .content = document["data"]["text"],
         .media_type = "text/plain",
         .filename = document["data"]["title"]}
    );
  }
  if (body.contains("thinking")) request.generation.reasoning_effort = ReasoningEffort::kHigh;
  if (body.contains("temperature")) request.generation.temperature = body["temperature"];
  return request;
}

// Ways in which two requests may differ and mean the same, each with how often it was needed.
struct Differences {
  int text_as_parts = 0;          // content as a list with one text, ours a string
  int empty_text_with_calls = 0;  // which ours leaves out
  int tool_documents = 0;         // results of tools as documents; ours are text
  int document_ids = 0;           // which the provider gives by itself
  int stream_unsaid = 0;          // ours always says it
};

void NormaliseContent(Json& message, Differences& differences) {
  if (!message.contains("content") || !message["content"].is_array()) return;
  const Json content = message["content"];
  const bool documents = !content.empty() && content[0]["type"] == "document";
  ++(documents ? differences.tool_documents : differences.text_as_parts);
  const std::string text = TextOf(content);
  if (text.empty() && message.contains("tool_calls")) {
    ++differences.empty_text_with_calls;
    message.erase("content");
  } else {
    message["content"] = text;
  }
}

void NormaliseDocuments(Json& body, Differences& differences) {
  if (!body.contains("documents")) return;
  for (Json& document : body["documents"]) {
    differences.document_ids += static_cast<int>(document.erase("id"));
  }
  // A message with media has parts.
  Json& content = body["messages"].back()["content"];
  content = Json::array({{{"type", "text"}, {"text", content}}});
}

// Brings a recorded request to the form that ours has.
Json Normalised(Json body, Differences& differences) {
  for (Json& message : body["messages"]) NormaliseContent(message, differences);
  NormaliseDocuments(body, differences);
  if (!body.contains("stream")) {
    ++differences.stream_unsaid;
    body["stream"] = false;
  }
  return body;
}

TEST(CohereTrafficTest, TheSameJobMakesTheSameRequest) {
  REQUIRE_TEST_DATA("provider-traffic");
  int same = 0;
  Differences differences;
  for (const Exchange& exchange : Traffic()) {
    if (exchange.request.is_null()) continue;
    SCOPED_TRACE(exchange.id);
    std::vector<std::string> texts;
    const ChatRequest request = RequestOf(exchange.request, texts);
    const auto body = CohereChat().EncodeBody({.name = "cohere"}, {}, request);
    ASSERT_TRUE(body.ok()) << body.status();
    // The order of members means nothing here.
    EXPECT_EQ(
        nlohmann::json::parse(*body), nlohmann::json(Normalised(exchange.request, differences))
    );
    ++same;
  }
  fmt::print(
      "cohere_chat: {} requests as recorded; text as parts {}, empty text with calls {}, documents "
      "of tools {}, ids of documents {}, stream unsaid {}\n",
      same,
      differences.text_as_parts,
      differences.empty_text_with_calls,
      differences.tool_documents,
      differences.document_ids,
      differences.stream_unsaid
  );
  EXPECT_GE(same, 12);
}

}  // namespace
}  // namespace extractd::providers
