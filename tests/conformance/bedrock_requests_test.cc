// What others sent to Bedrock's Converse API, and what our encoder makes of the same job.
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "tests/conformance/bedrock_recordings.h"

namespace extractd::providers {
namespace {

// A recorded body in the chat vocabulary, which holds its schemas as views.
class Job {
 public:
  explicit Job(const Json& body) {
    for (const Json& system : body.value("system", Json::array())) {
      if (!system.contains("text")) continue;
      request_.messages.push_back({.role = Role::kSystem, .text = system["text"]});
    }
    for (const Json& message : body["messages"]) {
      request_.messages.push_back({
          .role = message["role"] == "user" ? Role::kUser : Role::kAssistant,
          .text = message["content"][0]["text"],
      });
    }
    if (body.contains("toolConfig")) ReadTools(body["toolConfig"]);
    if (body.contains("outputConfig")) ReadFormat(body["outputConfig"]);
  }

  const ChatRequest& request() const { return request_; }

 private:
  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  void ReadTools(const Json& config) {
    for (const Json& tool : config["tools"]) {
      const Json& spec = tool["toolSpec"];
      request_.tools.push_back({
          .name = Keep(spec["name"]),
          .description = Keep(spec.value("description", "")),
          .json = Keep(spec["inputSchema"]["json"].dump()),
          .strict = spec.value("strict", false),
      });
    }
    const bool any = config.value("toolChoice", Json::object()).contains("any");
    request_.tool_use = any ? ToolUse::kAtLeastOne : ToolUse::kFree;
  }

  void ReadFormat(const Json& config) {
    const Json& schema = config["textFormat"]["structure"]["jsonSchema"];
    request_.format = AnswerFormat::kJsonSchema;
    request_.schema = {
        .name = Keep(schema["name"]),
        .description = Keep(schema.value("description", "")),
        .json = Keep(schema["schema"]),
    };
  }

  std::list<std::string> kept_;
  ChatRequest request_ = {.model = "m"};
};

// A structured request whose every part the chat vocabulary can say: one text a message.
bool IsComparable(const Json& body) {
  if (!body.is_object() || !body.contains("messages") || body.contains("guardrailConfig")) {
    return false;
  }
  if (!body.contains("toolConfig") && !body.contains("outputConfig")) return false;
  for (const Json& message : body["messages"]) {
    if (message["content"].size() != 1 || !message["content"][0].contains("text")) return false;
  }
  for (const Json& system : body.value("system", Json::array())) {
    if (!system.contains("text")) return false;  // marks for the cache
  }
  return true;
}

// Three rules of difference: the choice `auto`, the default, is left out here, and so is an empty
// `system`; an empty `inferenceConfig` is sent here and left out by some.
TEST(BedrockRequestsTest, OurRequestsAreThoseOfOthersForTheSameJob) {
  REQUIRE_TEST_DATA("provider-traffic");
  int compared = 0;
  int without_auto = 0;
  int with_empty_inference = 0;
  int without_system = 0;
  for (const Exchange& exchange : Recorded("converse")) {
    Json body = exchange.request.value("body_json", Json());
    if (!IsComparable(body)) continue;
    SCOPED_TRACE(exchange.id);
    const Job job(body);
    const auto written =
        BedrockConverse().EncodeBody({.sends_strict_tools = true}, {}, job.request());
    ASSERT_TRUE(written.ok()) << written.status();
    if (body.contains("toolConfig") &&
        body["toolConfig"].value("toolChoice", Json()).contains("auto")) {
      body["toolConfig"].erase("toolChoice");
      ++without_auto;
    }
    with_empty_inference += body.contains("inferenceConfig") ? 0 : 1;
    body.emplace("inferenceConfig", Json::object());
    if (body.contains("system") && body["system"].empty()) {
      body.erase("system");
      ++without_system;
    }
    EXPECT_EQ(nlohmann::json::parse(*written), nlohmann::json(body));
    ++compared;
  }
  fmt::print(
      "{} structured requests equal ours: {} but for 'auto', {} but for an empty system, {} but "
      "for an "
      "empty inferenceConfig\n",
      compared,
      without_auto,
      without_system,
      with_empty_inference
  );
  EXPECT_GE(compared, 12);
}

}  // namespace
}  // namespace extractd::providers
