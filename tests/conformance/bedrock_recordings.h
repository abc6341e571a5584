// What Bedrock really answered, recorded by others, and how its blocks are compared with what was
// read. What is expected is taken from the recording with another JSON library.
#ifndef EXTRACTD_TESTS_CONFORMANCE_BEDROCK_RECORDINGS_H_
#define EXTRACTD_TESTS_CONFORMANCE_BEDROCK_RECORDINGS_H_

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/chat/chat.h"
#include "tests/conformance/recorded.h"
#include "tests/fakes/test_data.h"

namespace extractd::providers {

using Json = nlohmann::ordered_json;

struct Exchange {
  std::string id;
  Json request = {};   // null for fixtures
  Json response = {};  // {status, headers, body_json | body_base64}
};

inline std::vector<Exchange> Recorded(std::string_view api) {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Exchange> exchanges;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    if (row["api"] != api) continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    exchanges.push_back({row["id"], exchange["request"], exchange["response"]});
  }
  return exchanges;
}

inline std::vector<Json> Fixtures(std::string_view kind) {
  std::vector<Json> rows;
  for (Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["api"] == "converse" && row["kind"] == kind) rows.push_back(std::move(row));
  }
  return rows;
}

inline const std::map<std::string, FinishReason> kReasons = {
    {"end_turn", FinishReason::kStop},
    {"tool_use", FinishReason::kToolCalls},
    {"max_tokens", FinishReason::kLength},
    {"guardrail_intervened", FinishReason::kContentFilter},
};

inline void ExpectUsage(const Usage& usage, const Json& recorded) {
  if (recorded.is_null()) {
    EXPECT_EQ(usage, Usage());
    return;
  }
  // Whatever was cached: input and output are the total.
  EXPECT_EQ(usage.input_tokens + usage.output_tokens, recorded["totalTokens"].get<std::int64_t>());
  EXPECT_EQ(usage.output_tokens, recorded["outputTokens"].get<std::int64_t>());
  EXPECT_EQ(usage.cached_input_tokens, recorded.value("cacheReadInputTokens", 0));
  EXPECT_EQ(usage.cache_write_input_tokens, recorded.value("cacheWriteInputTokens", 0));
}

struct Counts {
  int replies = 0;
  int texts = 0;
  int calls = 0;
  int thoughts = 0;
};

// `thought`: a reasoningContent as recorded.
inline void ExpectThought(const Message& message, size_t index, const Json& thought) {
  ASSERT_LT(index, message.thinking.size());
  const Thinking& read = message.thinking[index];
  if (thought.contains("reasoningText")) {
    EXPECT_EQ(read.text, thought["reasoningText"]["text"].get<std::string>());
    EXPECT_EQ(read.opaque, thought["reasoningText"].value("signature", ""));
  } else {
    EXPECT_EQ(read.opaque, thought["redactedContent"].get<std::string>());
  }
  EXPECT_NE(message.verbatim.find(read.opaque), std::string::npos) << "it is not echoed";
}

inline void ExpectCalls(const std::vector<ToolCall>& read, const std::vector<Json>& recorded) {
  ASSERT_EQ(read.size(), recorded.size());
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].id, recorded[i]["toolUseId"].get<std::string>());
    EXPECT_EQ(read[i].name, recorded[i]["name"].get<std::string>());
    EXPECT_EQ(Json::parse(read[i].arguments), recorded[i]["input"]);
  }
}

// `content`: the blocks as recorded.
inline void ExpectReply(const ChatReply& reply, const Json& content, Counts& counts) {
  std::string text;
  std::vector<Json> calls;
  size_t thoughts = 0;
  for (const Json& block : content) {
    if (block.contains("text")) text += block["text"].get<std::string>();
    if (block.contains("reasoningContent")) {
      ExpectThought(reply.message, thoughts++, block["reasoningContent"]);
    }
    const Json tool = block.value("toolUse", Json());
    if (tool.is_object() && tool.value("type", "") != "server_tool_use") calls.push_back(tool);
  }
  EXPECT_EQ(reply.message.text, text);
  EXPECT_EQ(reply.message.thinking.size(), thoughts);
  ExpectCalls(reply.message.tool_calls, calls);
  ++counts.replies;
  counts.texts += text.empty() ? 0 : 1;
  counts.calls += static_cast<int>(calls.size());
  counts.thoughts += static_cast<int>(thoughts);
}

inline void Print(std::string_view what, const Counts& counts) {
  fmt::print(
      "{}: {} replies read as recorded: {} texts, {} tool calls, {} thoughts\n",
      what,
      counts.replies,
      counts.texts,
      counts.calls,
      counts.thoughts
  );
}

}  // namespace extractd::providers

#endif  // EXTRACTD_TESTS_CONFORMANCE_BEDROCK_RECORDINGS_H_
