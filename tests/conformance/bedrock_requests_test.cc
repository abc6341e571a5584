// What others sent to Bedrock's Converse API, and what our encoder makes of the same job.
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "tests/conformance/exchanges.h"
#include "tests/conformance/made_again.h"

namespace extractd::providers {
namespace {

using recorded::Json;

class Reader : public recorded::RequestReader {
 public:
  std::optional<ChatRequest> Read(const recorded::Exchange& exchange) {
    const Json& body = exchange.request;
    request_.model = "m";
    if (!IsComparable(body)) return std::nullopt;
    for (const Json& system : body.value("system", Json::array())) {
      request_.messages.push_back({.role = Role::kSystem, .text = system["text"]});
    }
    for (const Json& message : body["messages"]) {
      if (message["role"] == "assistant") {
        ReadModelTurn(message["content"]);
      } else if (!ReadUserTurn(message["content"])) {
        return std::nullopt;
      }
    }
    if (body.contains("toolConfig") && !ReadTools(body["toolConfig"])) return std::nullopt;
    if (body.contains("outputConfig")) ReadFormat(body["outputConfig"]);
    return std::move(request_);
  }

 private:
  bool IsComparable(const Json& body) {
    if (!body.is_object() || !body.contains("messages")) return Fail("no messages");
    if (body.contains("guardrailConfig")) return Fail("guardrails");
    if (!body.contains("toolConfig") && !body.contains("outputConfig")) return Fail("plain chat");
    for (const Json& system : body.value("system", Json::array())) {
      if (!system.contains("text")) return Fail("marks for the cache");
    }
    return true;
  }

  // What the model wrote is sent back as it was.
  void ReadModelTurn(const Json& content) {
    Message message = {.role = Role::kAssistant, .verbatim = content.dump()};
    for (const Json& block : content) {
      if (!block.contains("toolUse")) continue;
      const Json& call = block["toolUse"];
      message.tool_calls.push_back({.id = call["toolUseId"], .name = call["name"]});
    }
    request_.messages.push_back(std::move(message));
  }

  bool ReadUserTurn(const Json& content) {
    for (const Json& block : content) {
      if (block.contains("text")) {
        request_.messages.push_back({.role = Role::kUser, .text = block["text"]});
        continue;
      }
      const Json result = recorded::MemberOf(block, "toolResult");
      const Json told = recorded::MemberOf(result, "content");
      if (result.is_null()) return Fail("media and marks in messages");
      if (told.size() != 1 || !told[0].contains("text")) return Fail("media in results of tools");
      request_.messages.push_back({
          .role = Role::kTool,
          .text = told[0]["text"],
          .tool_call_id = result["toolUseId"],
          .tool_failed = result.value("status", "") == "error",
      });
    }
    return true;
  }

  bool ReadTools(const Json& config) {
    for (const Json& tool : config["tools"]) {
      if (!tool.contains("toolSpec")) return Fail("tools that the provider runs");
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
    return true;
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
};

class Rules : public recorded::Rules {
 public:
  void Apply(Json& body, const recorded::Peer&) {
    if (recorded::MemberOf(recorded::MemberOf(body, "toolConfig"), "toolChoice").contains("auto")) {
      Drop(body["toolConfig"], "toolChoice", "the choice auto, which is the default, is not said");
    }
    if (!body.contains("inferenceConfig")) {
      body["inferenceConfig"] = Json::object();
      Note("an empty inferenceConfig is said");
    }
    for (Json& message : body["messages"]) ApplyToResults(message["content"]);
    if (body.contains("system") && body["system"].empty()) {
      Drop(body, "system", "an empty system is not said");
    }
  }

 private:
  void ApplyToResults(Json& content) {
    for (Json& block : content) {
      if (!block.contains("toolResult")) continue;
      if (block["toolResult"].value("status", "") == "success") {
        Drop(block["toolResult"], "status", "the success of a tool is not said");
      }
    }
  }
};

TEST(BedrockRequestsTest, OurRequestsAreThoseOfOthersForTheSameJob) {
  REQUIRE_TEST_DATA("provider-traffic");
  const ProviderRow row = {.sends_strict_tools = true};
  const ModelFamily family;
  Rules rules;
  recorded::Comparison comparison;
  const auto peer_of = [&](const recorded::Exchange&, const ChatRequest&) {
    return recorded::Peer{.row = row, .family = family};
  };
  for (const auto* api : {"converse", "converse_stream"}) {
    recorded::MakeAgain<Reader>(
        recorded::TrafficOfApi(api), BedrockConverse(), peer_of, rules, comparison
    );
  }
  comparison.Conclude("converse", rules, 20);
}

}  // namespace
}  // namespace extractd::providers
