// What clients that others wrote asked Anthropic's API: the same chat in our terms must become the
// same request. Where ours differs on purpose, a named rule says so, and how often it was needed.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "tests/conformance/exchanges.h"
#include "tests/conformance/made_again.h"

namespace extractd::providers {
namespace {

using recorded::IsTexts;
using recorded::JoinedTexts;
using recorded::Json;

// A chat in our terms, with the texts that its schemas are views of. Nothing: it asks for something
// that has no place in them, `reason`.
class Reader : public recorded::RequestReader {
 public:
  std::optional<ChatRequest> Read(const recorded::Exchange& exchange) {
    const Json& body = exchange.request;
    for (const auto* key : {"mcp_servers", "container"}) {
      if (body.contains(key) && !Fail("tools that the provider runs")) return std::nullopt;
    }
    request_.model = body["model"];
    request_.generation.max_output_tokens = body["max_tokens"];
    request_.stream = body.value("stream", false);
    if (body.contains("system")) {
      request_.messages.push_back({.role = Role::kSystem, .text = JoinedTexts(body["system"])});
    }
    for (const Json& message : body["messages"]) {
      if (!ReadMessage(message)) return std::nullopt;
    }
    if (!ReadTools(body) || !ReadOutput(body) || !ReadThinking(body)) return std::nullopt;
    return std::move(request_);
  }

 private:
  bool ReadMessage(const Json& message) {
    if (message["role"] == "system") return Fail("system messages amid the chat");
    const Json& content = message["content"];
    if (message["role"] == "assistant") {
      Message model = {.role = Role::kAssistant};
      content.is_string() ? model.text = content : model.verbatim = content.dump();
      for (const Json& block : content.is_array() ? content : Json::array()) {
        if (block["type"] == "tool_use") model.tool_calls.push_back({.id = block["id"]});
      }
      request_.messages.push_back(std::move(model));
      return true;
    }
    if (content.is_string()) {
      request_.messages.push_back({.role = Role::kUser, .text = content});
      return true;
    }
    return std::ranges::all_of(content, [this](const Json& block) { return ReadUserBlock(block); });
  }

  bool ReadUserBlock(const Json& block) {
    const std::string type = block["type"];
    if (block.contains("cache_control")) return Fail("cache marks inside messages");
    if (block.contains("citations")) return Fail("citations of documents");
    if (type == "text") {
      request_.messages.push_back({.role = Role::kUser, .text = block["text"]});
    } else if (type == "image" && block["source"]["type"] == "url") {
      request_.messages.push_back({.role = Role::kUser});
      request_.messages.back().media = {
          {.source = MediaSource::kUrl, .content = block["source"]["url"]}
      };
    } else if (type == "tool_result" && IsTexts(block["content"])) {
      request_.messages.push_back({
          .role = Role::kTool,
          .text = JoinedTexts(block["content"]),
          .tool_call_id = block["tool_use_id"],
          .tool_failed = block.value("is_error", false),
      });
    } else {
      return Fail("media in results of tools");
    }
    return true;
  }

  bool ReadTools(const Json& body) {
    for (const Json& tool : body.value("tools", Json::array())) {
      if (tool.contains("type")) return Fail("tools that the provider runs");
      if (tool.contains("defer_loading")) return Fail("tools that are loaded later");
      request_.tools.push_back({
          .name = Keep(tool["name"]),
          .description = Keep(tool["description"]),
          .json = Keep(tool["input_schema"].dump()),
          .strict = tool.value("strict", false),
      });
    }
    const std::string choice = body.value("tool_choice", Json::object()).value("type", "auto");
    request_.tool_use = choice == "any" ? ToolUse::kAtLeastOne : ToolUse::kFree;
    return choice == "any" || choice == "auto" || Fail("another tool choice");
  }

  bool ReadOutput(const Json& body) {
    const Json config = body.value("output_config", Json::object());
    if (config.contains("task_budget")) return Fail("task budgets");
    Json format = config.value("format", Json());
    if (format.is_null()) format = body.value("output_format", Json());
    if (format.is_null()) return true;
    request_.format = AnswerFormat::kJsonSchema;
    request_.schema = {.name = "answer", .json = Keep(format["schema"].dump()), .strict = true};
    return true;
  }

  bool ReadThinking(const Json& body) {
    static const std::map<std::string, ReasoningEffort> kEfforts = {
        {"low", ReasoningEffort::kLow},
        {"medium", ReasoningEffort::kMedium},
        {"high", ReasoningEffort::kHigh},
    };
    const Json thinking = body.value("thinking", Json::object());
    const Json config = body.value("output_config", Json::object());
    request_.include_thinking = thinking.contains("display");
    if (thinking.contains("budget_tokens")) {
      request_.generation.thinking_budget_tokens = thinking["budget_tokens"];
    } else if (thinking.value("type", "") == "adaptive" || config.contains("effort")) {
      const std::string effort = config.value("effort", "high");
      if (!kEfforts.contains(effort)) return Fail("an effort beyond high");
      request_.generation.reasoning_effort = kEfforts.at(effort);
    }
    return true;
  }
};

// Changes a recorded request to how ours says the same, rule by rule.
class Rules : public recorded::Rules {
 public:
  void Apply(Json& body, const recorded::Peer&) {
    if (body.contains("output_format")) {
      body["output_config"]["format"] = body["output_format"];
      Drop(body, "output_format", "output_format has become output_config.format");
    }
    if (body.contains("stream") && !body["stream"])
      Drop(body, "stream", "stream false is not said");
    if (body.contains("tools") && !body.contains("tool_choice")) {
      body["tool_choice"] = {{"type", "auto"}};
      Note("tool_choice auto is said");
    }
    for (Json& tool : body.contains("tools") ? body["tools"] : empty_) ApplyToTool(tool);
    if (body.contains("system")) Plain(body["system"]);
    for (Json& message : body["messages"]) ApplyToMessage(message);
    ApplyToThinking(body);
  }

 private:
  void ApplyToTool(Json& tool) {
    if (tool.contains("strict") && !tool["strict"]) {
      Drop(tool, "strict", "strict false is not said");
    }
    if (tool.value("description", "x").empty()) {
      Drop(tool, "description", "an empty description is not said");
    }
  }

  void Plain(Json& content) {
    if (!IsTexts(content) || content.size() != 1) return;
    content = JoinedTexts(content);
    Note("a text alone is a string");
  }

  void ApplyToMessage(Json& message) {
    if (message["role"] == "user") Plain(message["content"]);
    if (!message["content"].is_array()) return;
    for (Json& block : message["content"]) {
      if (block["type"] != "tool_result") continue;
      block["content"] = JoinedTexts(block["content"]);
      Note("texts of a result are one string");
      if (block.contains("is_error") && !block["is_error"]) {
        Drop(block, "is_error", "is_error false is not said");
      }
    }
  }

  // What ReasoningOf does unasked; theirs did not.
  void ThinkOver(Json& body) {
    const std::string model = body["model"];
    const bool chooses = body.contains("tool_choice") && body["tool_choice"]["type"] == "auto";
    const bool unasked = model.starts_with("claude-fable-5") || body.contains("thinking");
    if (!chooses || unasked) return;
    if (model.find("-4-5") == std::string::npos && model.find("claude-3") == std::string::npos) {
      body["thinking"] = {{"type", "adaptive"}};
    } else if (model.find("claude-3-5") == std::string::npos) {
      const int limit = body["max_tokens"];
      body["thinking"] = {{"type", "enabled"}, {"budget_tokens", std::min(2048, limit / 2)}};
    } else {
      return;
    }
    Note("the choice of a tool is thought over");
  }

  void ApplyToThinking(Json& body) {
    const Json thinking = body.value("thinking", Json::object());
    const bool effort = body.value("output_config", Json::object()).contains("effort");
    if (thinking.value("type", "") == "adaptive" && !effort) {
      body["output_config"]["effort"] = "high";
      Note("the default effort of adaptive thinking is said");
    } else if (effort && thinking.empty()) {
      body["thinking"] = {{"type", "adaptive"}};
      Note("an effort comes with adaptive thinking");
    }
    const bool thinks = body.contains("thinking");
    if (thinks && body.contains("tool_choice") && body["tool_choice"]["type"] == "any") {
      body["tool_choice"]["type"] = "auto";
      Note("a model that is told to think is not forced, since it would not think");
    }
    ThinkOver(body);
  }

  Json empty_ = Json::array();
};

TEST(AnthropicRequestsTest, EveryRecordedRequestIsTheOneThatWeWouldMake) {
  REQUIRE_TEST_DATA("provider-traffic");
  const recorded::BuiltIn built_in;
  const ProviderRow row = {.name = "acme", .sends_strict_tools = true};
  Rules rules;
  recorded::Comparison comparison;
  const auto peer_of = [&](const recorded::Exchange&, const ChatRequest& request) {
    return recorded::Peer{.row = row, .family = built_in.FamilyOf("acme", request.model)};
  };
  recorded::MakeAgain<Reader>(
      recorded::TrafficOfApi("messages"), AnthropicMessages(), peer_of, rules, comparison
  );
  comparison.Conclude("provider-traffic", rules, 25);
}

}  // namespace
}  // namespace extractd::providers
