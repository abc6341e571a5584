// What clients that others wrote asked Cohere's API: the same chat in our terms must become the
// same request. Where ours differs on purpose, a named rule says so, and how often it was needed.
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "server/providers/dialects/cohere/cohere_chat.h"
#include "tests/conformance/exchanges.h"
#include "tests/conformance/made_again.h"

namespace extractd::providers {
namespace {

using recorded::Exchange;
using recorded::IsTexts;
using recorded::JoinedTexts;
using recorded::Json;
using recorded::MemberOf;

class Reader : public recorded::RequestReader {
 public:
  std::optional<ChatRequest> Read(const Exchange& exchange) {
    const Json& body = exchange.request;
    if (!IsStructured(body)) return std::nullopt;
    request_.model = body["model"];
    request_.stream = body.value("stream", false);
    for (const Json& message : body["messages"]) {
      if (!ReadMessage(message)) return std::nullopt;
    }
    ReadTools(body);
    const Json format = MemberOf(body, "response_format");
    if (!format.is_null()) {
      request_.format = AnswerFormat::kJsonSchema;
      request_.schema = {.name = "answer", .json = Keep(format["json_schema"].dump())};
    }
    return std::move(request_);
  }

 private:
  bool IsStructured(const Json& body) {
    if (!body.contains("messages")) return Fail("the first version of the API");
    return body.contains("tools") || body.contains("response_format") ||
           Fail("neither tools nor a format");
  }

  // What the model wrote is sent back as it was.
  bool ReadMessage(const Json& message) {
    if (message["role"] == "assistant") {
      Message model = {.role = Role::kAssistant, .verbatim = message.dump()};
      for (const Json& call : message.value("tool_calls", Json::array())) {
        model.tool_calls.push_back({.id = call["id"]});
      }
      request_.messages.push_back(std::move(model));
      return true;
    }
    const Json& content = message["content"];
    if (!content.is_string() && !IsTexts(content)) return Fail("documents in results of tools");
    request_.messages.push_back({
        .role = recorded::RoleOf(message["role"]),
        .text = JoinedTexts(content),
        .tool_call_id = message.value("tool_call_id", ""),
    });
    return true;
  }

  void ReadTools(const Json& body) {
    for (const Json& tool : body.value("tools", Json::array())) {
      const Json& function = tool["function"];
      request_.tools.push_back({
          .name = Keep(function["name"]),
          .description = Keep(function.value("description", "")),
          .json = Keep(function["parameters"].dump()),
      });
    }
    const bool required = MemberOf(body, "tool_choice") == "REQUIRED";
    request_.tool_use = required ? ToolUse::kAtLeastOne : ToolUse::kFree;
  }
};

class Rules : public recorded::Rules {
 public:
  void Apply(Json& body, const recorded::Peer&) {
    for (Json& message : body["messages"]) {
      if (message["role"] == "assistant" || !IsTexts(message["content"])) continue;
      message["content"] = JoinedTexts(message["content"]);
      Note("texts alone are a string");
    }
    if (!body.contains("stream")) {
      body["stream"] = false;
      Note("stream false is said");
    }
  }
};

TEST(CohereRequestsTest, EveryStructuredRequestIsTheOneThatWeWouldMake) {
  REQUIRE_TEST_DATA("provider-traffic");
  const recorded::BuiltIn built_in;
  const ProviderRow& row = *built_in.RowOf("cohere");
  Rules rules;
  recorded::Comparison comparison;
  const auto peer_of = [&](const Exchange&, const ChatRequest& request) {
    return recorded::Peer{.row = row, .family = built_in.FamilyOf("cohere", request.model)};
  };
  recorded::MakeAgain<Reader>(
      recorded::TrafficOf("cohere"), CohereChat(), peer_of, rules, comparison
  );
  comparison.Conclude("cohere", rules, 4);
}

}  // namespace
}  // namespace extractd::providers
