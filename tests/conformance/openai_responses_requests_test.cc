// What clients that others wrote asked Responses APIs: the same chat in our terms must become the
// same request. Where ours differs on purpose, a named rule says so, and how often it was needed.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "server/providers/dialects/openai_responses/openai_responses.h"
#include "tests/conformance/exchanges.h"
#include "tests/conformance/made_again.h"

namespace extractd::providers {
namespace {

using recorded::Exchange;
using recorded::IsTexts;
using recorded::JoinedTexts;
using recorded::Json;
using recorded::MemberOf;
using recorded::Peer;

std::string TypeOf(const Json& item) {
  return item.value("type", "message");
}

class Reader : public recorded::RequestReader {
 public:
  std::optional<ChatRequest> Read(const Exchange& exchange) {
    const Json& body = exchange.request;
    request_.model = body["model"];
    request_.stream = body.value("stream", false);
    if (body.contains("instructions")) {
      request_.messages.push_back({.role = Role::kSystem, .text = body["instructions"]});
    }
    if (!IsStructured(body) || !ReadTools(body) || !ReadInput(body["input"])) return std::nullopt;
    ReadFormat(MemberOf(MemberOf(body, "text"), "format"));
    if (body.contains("max_output_tokens")) {
      request_.generation.max_output_tokens = body["max_output_tokens"];
    }
    return std::move(request_);
  }

 private:
  bool IsStructured(const Json& body) {
    const Json format = MemberOf(MemberOf(body, "text"), "format");
    const bool formatted = !format.is_null() && format["type"] != "text";
    return body.contains("tools") || formatted || Fail("neither tools nor a format");
  }

  bool ReadInput(const Json& input) {
    if (input.is_string()) {
      request_.messages.push_back({.role = Role::kUser, .text = input});
      return true;
    }
    Json turn = Json::array();
    for (const Json& item : input) {
      const bool models = item.value("role", "") == "assistant" || TypeOf(item) == "reasoning" ||
                          TypeOf(item) == "function_call";
      if (models) {
        turn.push_back(item);
        continue;
      }
      AddTurn(std::exchange(turn, Json::array()));
      if (!ReadItem(item)) return false;
    }
    AddTurn(turn);
    return true;
  }

  // What a model wrote is sent back as it was; what a client says that it wrote is said anew.
  void AddTurn(const Json& items) {
    if (items.empty()) return;
    Message message = {.role = Role::kAssistant};
    bool verbatim = false;
    for (const Json& item : items) {
      if (TypeOf(item) == "function_call") {
        message.tool_calls.push_back(
            {.id = item["call_id"], .name = item["name"], .arguments = item["arguments"]}
        );
        verbatim |= item.contains("id");
      } else if (TypeOf(item) == "reasoning" || !item["content"].is_string()) {
        verbatim = true;
      } else {
        message.text = item["content"];
      }
    }
    if (verbatim) message.verbatim = items.dump();
    request_.messages.push_back(std::move(message));
  }

  bool ReadItem(const Json& item) {
    const std::string type = TypeOf(item);
    if (type == "function_call_output") {
      if (!item["output"].is_string()) return Fail("media in results of tools");
      request_.messages.push_back(
          {.role = Role::kTool, .text = item["output"], .tool_call_id = item["call_id"]}
      );
      return true;
    }
    if (type != "message") return Fail("items of tools that the provider runs");
    Message message = {.role = item["role"] == "user" ? Role::kUser : Role::kSystem};
    if (item["content"].is_string() || IsTexts(item["content"])) {
      message.text = JoinedTexts(item["content"]);
    } else if (!ReadParts(item["content"], message)) {
      return false;
    }
    request_.messages.push_back(std::move(message));
    return true;
  }

  bool ReadParts(const Json& content, Message& message) {
    for (const Json& part : content) {
      const std::string type = part["type"];
      if (type == "input_text") {
        if (part.size() > 2) return Fail("cache marks inside messages");
        message.text += part["text"].get<std::string>();
        continue;
      }
      const bool image = type == "input_image";
      if (!image && type != "input_file") return Fail("parts of another type: " + type);
      const MediaKind kind = image ? MediaKind::kImage : MediaKind::kDocument;
      Media media = {.kind = kind, .source = MediaSource::kFileId};
      if (part.contains("file_id")) {
        media.content = part["file_id"];
      } else {
        media = recorded::MediaAt(kind, part[image ? "image_url" : "file_url"]);
      }
      media.text_offset = message.text.size();
      message.media.push_back(std::move(media));
    }
    return true;
  }

  bool ReadTools(const Json& body) {
    for (const Json& tool : body.value("tools", Json::array())) {
      if (tool["type"] != "function") return Fail("tools that the provider runs");
      if (tool.contains("defer_loading")) return Fail("tools that are loaded later");
      request_.tools.push_back({
          .name = Keep(tool["name"]),
          .description = Keep(recorded::TextOf(tool, "description")),
          .json = Keep(tool["parameters"].dump()),
          .strict = tool.value("strict", false),
      });
    }
    const Json choice = MemberOf(body, "tool_choice");
    request_.tool_use = ToolUse::kFree;
    return choice.is_null() || choice == "auto" || Fail("another tool choice");
  }

  void ReadFormat(const Json& format) {
    if (format.is_null() || format["type"] == "text") return;
    request_.format = AnswerFormat::kJsonObject;
    if (format["type"] != "json_schema") return;
    request_.format = AnswerFormat::kJsonSchema;
    request_.schema = {
        .name = Keep(format["name"]),
        .description = Keep(format.value("description", "")),
        .json = Keep(format["schema"].dump()),
        .strict = format.value("strict", false),
    };
  }
};

class Rules : public recorded::Rules {
 public:
  void Apply(Json& body, const Peer& peer) {
    if (body.contains("tools") && !body.contains("tool_choice")) {
      body["tool_choice"] = "auto";
      Note("tool_choice auto is said");
    }
    for (Json& tool : body.contains("tools") ? body["tools"] : empty_) ApplyToTool(tool, peer);
    if (body["input"].is_string()) {
      body["input"] = Json::array({{{"role", "user"}, {"content", body["input"]}}});
      Note("input is a list of items");
    }
    DropIfEmpty(body, "instructions", "what says nothing is not said");
    DropEmpty(body["input"]);
    for (Json& item : body["input"]) ApplyToItem(item);
    MoveInstructions(body);
  }

 private:
  void ApplyToTool(Json& tool, const Peer& peer) {
    if (!tool.contains("strict")) {
      tool["strict"] = false;
      Note("strict is always said");
    } else if (!peer.row.sends_strict_tools && tool["strict"]) {
      tool["strict"] = false;
      Note("strict is false where the provider enforces no schemas of tools");
    }
    DropIfEmpty(tool, "description", "what says nothing is not said");
  }

  // Beside its calls a model may say nothing.
  void DropEmpty(Json& input) {
    Json kept = Json::array();
    for (Json& item : input) {
      const bool empty = item.value("role", "") == "assistant" && item["content"].is_string() &&
                         recorded::TextOf(item, "content").empty();
      empty ? Note("what says nothing is not said") : kept.push_back(item);
    }
    input = std::move(kept);
  }

  void ApplyToItem(Json& item) {
    if (TypeOf(item) != "message" || item.value("role", "") == "assistant") return;
    if (item.contains("type")) Drop(item, "type", "the type of a message is not said");
    if (!IsTexts(item["content"])) {
      DropDetail(item["content"]);
      return;
    }
    item["content"] = JoinedTexts(item["content"]);
    Note("texts alone are a string");
  }

  void DropDetail(Json& content) {
    for (Json& part : content.is_array() ? content : empty_) {
      if (part.value("detail", "") == "auto") {
        Drop(part, "detail", "the default detail of images is not said");
      }
    }
  }

  void MoveInstructions(Json& body) {
    Json& input = body["input"];
    if (input.empty() || input[0].value("role", "") != "system") return;
    const std::string instructions = input[0]["content"];
    input.erase(0);
    body["instructions"] = instructions;  // moves the others
    Note("system messages in front are the instructions");
  }

  Json empty_ = Json::array();
};

TEST(OpenAiResponsesRequestsTest, EveryStructuredRequestIsTheOneThatWeWouldMake) {
  REQUIRE_TEST_DATA("provider-traffic");
  const recorded::BuiltIn built_in;
  // Bedrock has such an API beside its own, which goes by the same rules as OpenAI's.
  const ProviderRow plain = {.name = "acme", .sends_strict_tools = true};
  Rules rules;
  recorded::Comparison comparison;
  const auto peer_of = [&](const Exchange& exchange, const ChatRequest& request) {
    const ProviderRow* row = built_in.RowOf(exchange.provider);
    if (row == nullptr || row->responses_path.empty()) row = &plain;
    return Peer{.row = *row, .family = built_in.FamilyOf(row->name, request.model)};
  };
  recorded::MakeAgain<Reader>(
      recorded::TrafficOfApi("responses"),
      OpenAiResponses(),
      peer_of,
      rules,
      comparison,
      {"model", "instructions", "input", "tools", "tool_choice", "text", "max_output_tokens"}
  );
  comparison.Conclude("responses", rules, 35);
}

}  // namespace
}  // namespace extractd::providers
