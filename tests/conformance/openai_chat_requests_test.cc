// What clients that others wrote asked chat APIs of OpenAI's kind: the same chat in our terms must
// become the same request, with the rows and model families of the providers as they are. Where
// ours differs on purpose, a named rule says so, and how often it was needed.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/openai_chat/arrange.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
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
using recorded::TextOf;

bool IsStructured(const Json& body) {
  return !MemberOf(body, "tools").empty() || !MemberOf(body, "response_format").empty();
}

class Reader : public recorded::RequestReader {
 public:
  std::optional<ChatRequest> Read(const Exchange& exchange) {
    const Json& body = exchange.request;
    if (!IsStructured(body)) return Refuse("neither tools nor a format");
    request_.model = body["model"];
    request_.stream = body.value("stream", false);
    for (const Json& message : body["messages"]) {
      if (!ReadMessage(message)) return std::nullopt;
    }
    if (!ReadTools(body)) return std::nullopt;
    ReadFormat(MemberOf(body, "response_format"));
    for (const auto* field : {"max_tokens", "max_completion_tokens"}) {
      if (body.contains(field)) request_.generation.max_output_tokens = body[field];
    }
    return std::move(request_);
  }

 private:
  std::nullopt_t Refuse(std::string why) {
    Fail(std::move(why));
    return std::nullopt;
  }

  bool ReadMessage(const Json& theirs) {
    Message message = {.role = recorded::RoleOf(theirs["role"])};
    const Json content = MemberOf(theirs, "content");
    if (content.is_array() ? !ReadParts(content, message) : !ReadText(content, message)) {
      return false;
    }
    if (theirs.contains("reasoning_content")) {
      message.thinking = {{.text = TextOf(theirs, "reasoning_content")}};
    }
    message.tool_call_id = TextOf(theirs, "tool_call_id");
    const Json calls = MemberOf(theirs, "tool_calls");
    for (const Json& call : calls.is_array() ? calls : Json::array()) {
      if (!call.contains("id")) return Fail("calls without ids");
      const Json& function = call["function"];
      message.tool_calls.push_back(
          {.id = call["id"], .name = function["name"], .arguments = function["arguments"]}
      );
    }
    request_.messages.push_back(std::move(message));
    return true;
  }

  static bool ReadText(const Json& content, Message& message) {
    if (content.is_string()) message.text = content;
    return true;
  }

  bool ReadParts(const Json& content, Message& message) {
    for (const Json& part : content) {
      if (part.contains("cache_control")) return Fail("cache marks inside messages");
      const std::string type = part["type"];
      if (type == "text") {
        message.text += part["text"].get<std::string>();
      } else if (message.role != Role::kUser) {
        return Fail("media in results of tools");
      } else if (type == "image_url") {
        AddMedia(recorded::MediaAt(MediaKind::kImage, AddressOf(part[type])), message);
      } else if (type == "file_url") {
        AddMedia(recorded::MediaAt(MediaKind::kDocument, AddressOf(part[type])), message);
      } else if (type == "input_audio") {
        const std::string address = fmt::format(
            "data:audio/{};base64,{}",
            part[type]["format"].get<std::string>(),
            part[type]["data"].get<std::string>()
        );
        AddMedia(recorded::MediaAt(MediaKind::kAudio, address), message);
      } else {
        return Fail("parts of a type of one provider: " + type);
      }
    }
    return true;
  }

  static std::string AddressOf(const Json& address) {
    return address.is_string() ? address : address["url"];
  }

  static void AddMedia(Media media, Message& message) {
    media.text_offset = message.text.size();
    message.media.push_back(std::move(media));
  }

  bool ReadTools(const Json& body) {
    for (const Json& tool : body.value("tools", Json::array())) {
      if (!tool.contains("function")) return Fail("tools that the provider runs");
      if (tool.contains("cache_control")) return Fail("cache marks inside tools");
      const Json& function = tool["function"];
      request_.tools.push_back({
          .name = Keep(function["name"]),
          .description = Keep(TextOf(function, "description")),
          .json = Keep(function["parameters"].dump()),
          .strict = function.value("strict", false),
      });
    }
    const Json choice = MemberOf(body, "tool_choice");
    if (choice == "none") return Fail("tools that must not be called");
    const bool any = choice == "required" || choice == "any";
    request_.tool_use = any ? ToolUse::kAtLeastOne : ToolUse::kFree;
    if (choice.is_object()) request_.tool_use = ToolUse::kForced;
    return true;
  }

  void ReadFormat(const Json& format) {
    if (format.is_null()) return;
    request_.format = AnswerFormat::kJsonObject;
    if (format["type"] != "json_schema") return;
    const Json& schema = format["json_schema"];
    request_.format = AnswerFormat::kJsonSchema;
    request_.schema = {
        .name = Keep(schema["name"]),
        .description = Keep(schema.value("description", "")),
        .json = Keep(schema["schema"].dump()),
        .strict = schema.value("strict", false),
    };
  }
};

// Changes a recorded request to how ours says the same, rule by rule.
class Rules : public recorded::Rules {
 public:
  void Apply(Json& body, const Peer& peer) {
    Rename(
        body,
        peer.row.max_tokens_field == "max_tokens" ? "max_completion_tokens" : "max_tokens",
        peer.row.max_tokens_field.c_str(),
        "the token limit is the field that the provider documents now"
    );
    if (body.contains("tools")) ApplyToChoice(body, peer);
    for (Json& tool : body.contains("tools") ? body["tools"] : empty_) ApplyToTool(tool, peer);
    for (Json& message : body["messages"]) ApplyToMessage(message, peer);
    ApplyToFormat(body, peer);
  }

 private:
  void ApplyToChoice(Json& body, const Peer& peer) {
    if (!body.contains("tool_choice") || body["tool_choice"].is_null()) {
      body["tool_choice"] = "auto";
      Note("tool_choice auto is said");
    }
    const bool wants = body["tool_choice"] != "auto";
    if (wants && (!peer.family.forced_tool || peer.row.tool_choice == ToolChoiceForm::kAuto)) {
      body["tool_choice"] = "auto";
      Note("a model that cannot be forced is left free");
    }
  }

  void ApplyToTool(Json& tool, const Peer& peer) {
    if (!tool.contains("type")) {
      tool["type"] = "function";
      Note("the type of a tool is said");
    }
    Json& function = tool["function"];
    DropIfEmpty(function, "description", "what says nothing is not said");
    if (peer.row.sends_strict_tools && !function.contains("strict")) {
      function["strict"] = false;
      Note("strict is said where the provider knows it, and only there");
    } else if (!peer.row.sends_strict_tools && function.contains("strict")) {
      Drop(function, "strict", "strict is said where the provider knows it, and only there");
    }
  }

  void ApplyToMessage(Json& message, const Peer& peer) {
    if (message["role"] == (peer.family.developer_role ? "system" : "developer")) {
      message["role"] = peer.family.developer_role ? "developer" : "system";
      Note("instructions are the developer's for models that reason, the system's for others");
    }
    for (const auto* member : {"name", "prefix", "reasoning"}) {
      if (message.contains(member)) Drop(message, member, "what says nothing is not said");
    }
    for (const auto* member : {"tool_calls", "tool_call_id"}) {
      if (message.contains(member) && message[member].is_null()) {
        Drop(message, member, "what says nothing is not said");
      }
    }
    ApplyToContent(message);
    ApplyToThinking(message, peer);
    if (peer.row.short_call_ids) Shorten(message);
  }

  void ApplyToContent(Json& message) {
    if (IsTexts(MemberOf(message, "content"))) {
      message["content"] = JoinedTexts(message["content"]);
      Note("texts alone are a string");
    }
    const bool silent =
        TextOf(message, "content").empty() && !MemberOf(message, "content").is_array();
    if (silent && message.contains("tool_calls") && message.contains("content")) {
      Drop(message, "content", "empty content beside calls is not said");
    }
  }

  void ApplyToThinking(Json& message, const Peer& peer) {
    const bool echoed = peer.row.thinking_echo == ThinkingEcho::kText;
    if (!echoed && message.contains("reasoning_content")) {
      Drop(message, "reasoning_content", "thoughts go back only to providers that ask for them");
    }
    if (!echoed || !peer.family.reasons || !message.contains("tool_calls")) return;
    if (TextOf(message, "reasoning_content").empty()) {
      message["reasoning_content"] = " ";
      Note("a call whose thoughts nobody knows has blank ones where thoughts are demanded");
    }
  }

  void Shorten(Json& message) {
    const auto shorten = [this](Json& id) {
      const std::string short_id = openai_chat::ShortCallId(id.get<std::string>());
      if (id != short_id) Note("ids of calls have nine letters where others are refused");
      id = short_id;
    };
    if (message.contains("tool_call_id")) shorten(message["tool_call_id"]);
    if (!message.contains("tool_calls")) return;
    for (Json& call : message["tool_calls"]) {
      shorten(call["id"]);
      if (call.contains("index")) Drop(call, "index", "what says nothing is not said");
    }
  }

  void ApplyToFormat(Json& body, const Peer& peer) {
    if (MemberOf(MemberOf(body, "response_format"), "type") != "json_schema") return;
    Json& schema = body["response_format"]["json_schema"];
    if (peer.row.schema_form == SchemaForm::kStrict && !schema.contains("strict")) {
      schema["strict"] = false;
      Note("strict is said where the provider knows it, and only there");
    }
  }

  Json empty_ = Json::array();
};

// Their own chat APIs speak other protocols; beside them they have one of this kind.
const ProviderRow& PlainRow() {
  static const ProviderRow kPlain = {.name = "acme"};
  return kPlain;
}

std::vector<Exchange> ChatTraffic() {
  std::vector<Exchange> exchanges = recorded::TrafficOfApi("chat_completions");
  std::ranges::copy(recorded::TrafficOf("writer"), std::back_inserter(exchanges));
  return exchanges;
}

TEST(OpenAiChatRequestsTest, EveryStructuredRequestIsTheOneThatWeWouldMake) {
  REQUIRE_TEST_DATA("provider-traffic");
  const recorded::BuiltIn built_in;
  Rules rules;
  recorded::Comparison comparison;
  const auto peer_of = [&](const Exchange& exchange, const ChatRequest& request) {
    const ProviderRow* row = built_in.RowOf(exchange.provider);
    const bool plain = row == nullptr || row->dialect != "openai_chat";
    return Peer{
        .row = plain ? PlainRow() : *row,
        .family = built_in.FamilyOf(plain ? "acme" : exchange.provider, request.model),
    };
  };
  recorded::MakeAgain<Reader>(
      ChatTraffic(),
      OpenAiChat(),
      peer_of,
      rules,
      comparison,
      {"model",
       "messages",
       "tools",
       "tool_choice",
       "response_format",
       "max_tokens",
       "max_completion_tokens"}
  );
  comparison.Conclude("chat completions", rules, 60);
}

}  // namespace
}  // namespace extractd::providers
