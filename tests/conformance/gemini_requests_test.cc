// What clients that others wrote asked Gemini's API and Vertex AI: the same chat in our terms must
// become the same request. Where ours differs on purpose, a named rule says so, and how often it
// was needed.
#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/str_replace.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/gemini/gemini.h"
#include "tests/conformance/exchanges.h"
#include "tests/conformance/made_again.h"

namespace extractd::providers {
namespace {

using recorded::Exchange;
using recorded::Json;
using recorded::MemberOf;
using recorded::Peer;

// "/v1beta/models/gemini-2.5-flash:generateContent" and the like.
std::string ModelOf(const std::string& path) {
  const size_t begin = path.rfind('/') + 1;
  return path.substr(begin, path.find(':', begin) - begin);
}

bool HasSchema(const Json& config) {
  return config.is_object() && config.contains("responseMimeType");
}

// Clients may write members in either spelling.
const Json* FindEither(const Json& object, const char* camel, const char* snake) {
  if (object.contains(camel)) return &object[camel];
  return object.contains(snake) ? &object[snake] : nullptr;
}

bool HasSignature(const Json& parts) {
  return std::ranges::any_of(parts, [](const Json& part) {
    return FindEither(part, "thoughtSignature", "thought_signature") != nullptr ||
           part.contains("executableCode");
  });
}

class Reader : public recorded::RequestReader {
 public:
  std::optional<ChatRequest> Read(const Exchange& exchange) {
    const Json& body = exchange.request;
    request_.model = ModelOf(exchange.path);
    if (!IsStructured(body) || !ReadTools(body)) return std::nullopt;
    for (const Json& part : MemberOf(MemberOf(body, "systemInstruction"), "parts")) {
      request_.messages.push_back({.role = Role::kSystem, .text = part["text"]});
    }
    for (const Json& turn : body["contents"]) {
      if (turn["role"] == "model") {
        ReadModelTurn(turn["parts"]);
      } else if (!ReadUserTurn(turn["parts"])) {
        return std::nullopt;
      }
    }
    ReadFormat(MemberOf(body, "generationConfig"));
    return std::move(request_);
  }

 private:
  bool IsStructured(const Json& body) {
    if (!body.is_object() || !body.contains("contents")) return Fail("batches");
    const bool structured = body.contains("tools") || HasSchema(MemberOf(body, "generationConfig"));
    return structured || Fail("neither tools nor a format");
  }

  // What was signed is sent back as it was.
  void ReadModelTurn(const Json& parts) {
    Message message = {.role = Role::kAssistant};
    for (const Json& part : parts) {
      message.text += part.value("text", "");
      const Json* call = FindEither(part, "functionCall", "function_call");
      if (call == nullptr) continue;
      message.tool_calls.push_back(
          {.id = call->value("id", ""), .name = (*call)["name"], .arguments = (*call)["args"].dump()
          }
      );
    }
    if (HasSignature(parts)) message.verbatim = parts.dump();
    request_.messages.push_back(std::move(message));
  }

  bool ReadUserTurn(const Json& parts) {
    for (const Json& part : parts) {
      Message message = {.role = Role::kUser, .text = part.value("text", "")};
      if (const Json* file = FindEither(part, "fileData", "file_data")) {
        message.media = {FileOf(*file)};
      } else if (const Json* data = FindEither(part, "inlineData", "inline_data")) {
        const Json& type = *FindEither(*data, "mimeType", "mime_type");
        const std::string bytes = (*data)["data"];
        message.media = {recorded::MediaAt(
            MediaKind::kDocument, "data:" + type.get<std::string>() + ";base64," + bytes
        )};
      } else if (const Json* result = FindEither(part, "functionResponse", "function_response")) {
        if (result->contains("parts")) return Fail("media in results of tools");
        message.role = Role::kTool;
        message.text = (*result)["response"].dump();
        message.tool_call_id = result->value("id", "");
      } else if (!part.contains("text")) {
        return Fail("parts of another kind");
      }
      request_.messages.push_back(std::move(message));
    }
    return true;
  }

  static Media FileOf(const Json& file) {
    const Json* type = FindEither(file, "mimeType", "mime_type");
    return {
        .kind = MediaKind::kDocument,
        .source = MediaSource::kUrl,
        .content = *FindEither(file, "fileUri", "file_uri"),
        .media_type = type == nullptr ? "" : type->get<std::string>(),
    };
  }

  bool ReadTools(const Json& body) {
    Json others = Json::array();
    for (const Json& tool : body.value("tools", Json::array())) {
      if (!tool.is_object()) return Fail("tools that the client wrote wrongly");
      if (!tool.contains("functionDeclarations")) others.push_back(tool);
      for (const Json& function : tool.value("functionDeclarations", Json::array())) {
        ReadFunction(function);
      }
    }
    if (!others.empty()) request_.extra_body = Json{{"tools", others}}.dump();
    const Json choice = MemberOf(MemberOf(body, "toolConfig"), "functionCallingConfig");
    const std::string mode = choice.is_object() ? choice["mode"] : "AUTO";
    request_.tool_use = mode == "ANY" ? ToolUse::kAtLeastOne : ToolUse::kFree;
    const bool some = choice.is_object() && choice.contains("allowedFunctionNames") &&
                      choice["allowedFunctionNames"].size() < request_.tools.size();
    return (mode != "NONE" && !some) || Fail("tools that must not be called");
  }

  void ReadFunction(const Json& function) {
    for (const auto* key : {"parameters", "parametersJsonSchema", "parameters_json_schema"}) {
      if (!function.contains(key)) continue;
      request_.tools.push_back({
          .name = Keep(function["name"]),
          .description = Keep(function.value("description", "")),
          .json = Keep(function[key].dump()),
      });
    }
  }

  void ReadFormat(const Json& config) {
    if (!HasSchema(config)) return;
    request_.format = AnswerFormat::kJsonObject;
    for (const auto* key : {"responseSchema", "responseJsonSchema"}) {
      if (!config.contains(key)) continue;
      request_.format = AnswerFormat::kJsonSchema;
      request_.schema = {.name = "answer", .json = Keep(config[key].dump())};
    }
  }
};

class Rules : public recorded::Rules {
 public:
  void Apply(Json& body, const Peer& peer) {
    ApplyToInstruction(body);
    for (Json& turn : body["contents"]) ApplyToTurn(turn, peer);
    MergeTurns(body["contents"]);
    ApplyToConfig(body["generationConfig"]);
    if (body["generationConfig"].empty()) body.erase("generationConfig");
    if (body.contains("tools")) ApplyToTools(body);
  }

 private:
  void ApplyToInstruction(Json& body) {
    if (!body.contains("systemInstruction")) return;
    Json& instruction = body["systemInstruction"];
    if (instruction.contains("role")) {
      Drop(instruction, "role", "the role of instructions is not said");
    }
    if (instruction["parts"].is_object()) {
      Drop(body, "systemInstruction", "empty instructions are not said");
    }
  }

  void ApplyToTurn(Json& turn, const Peer& peer) {
    const bool echoed = turn["role"] == "model" && HasSignature(turn["parts"]);
    bool excused = false;
    for (Json& part : turn["parts"]) {
      if (echoed) continue;
      Respell(part, "functionResponse", "function_response");
      Respell(part, "fileData", "file_data");
      Respell(part, "inlineData", "inline_data");
      for (const auto* data : {"fileData", "inlineData"}) {
        if (!part.contains(data)) continue;
        Respell(part[data], "mimeType", "mime_type");
        Respell(part[data], "fileUri", "file_uri");
      }
      if (part.contains("inlineData")) ApplyToBytes(part["inlineData"]["data"]);
      if (part.contains("functionResponse")) {
        Json& response = part["functionResponse"]["response"];
        response = Json{{"output", response.dump()}};
        Note("the words of a result stand under output");
      }
      if (!part.contains("functionCall") || std::exchange(excused, true)) continue;
      if (!IsOld(peer.family)) {
        part["thoughtSignature"] = "skip_thought_signature_validator";
        Note("a call that nobody signed is excused to models that want signatures");
      }
    }
  }

  void ApplyToBytes(Json& data) {
    const std::string theirs = data;
    data = absl::StrReplaceAll(theirs, {{"-", "+"}, {"_", "/"}});
    if (data != theirs) Note("bytes are in the usual base64");
  }

  // Of a generation that thinks by budget, if at all.
  static bool IsOld(const ModelFamily& family) {
    return !family.efforts.empty() && family.efforts.back() != "HIGH";
  }

  void Respell(Json& object, const char* camel, const char* snake) {
    Rename(object, snake, camel, "members are in camel case");
  }

  void MergeTurns(Json& contents) {
    Json merged = Json::array();
    for (Json& turn : contents) {
      if (merged.empty() || merged.back()["role"] != turn["role"]) {
        merged.push_back(turn);
        continue;
      }
      for (Json& part : turn["parts"]) merged.back()["parts"].push_back(part);
      Note("turns of one role are one");
    }
    contents = std::move(merged);
  }

  void ApplyToConfig(Json& config) {
    Json kept = Json::object();
    Rename(config, "responseSchema", "responseJsonSchema", "schemas are JSON Schema");
    for (const auto* key : {"responseMimeType", "responseJsonSchema"}) {
      if (config.contains(key)) kept[key] = config[key];
    }
    config = std::move(kept);
  }

  void ApplyToTools(Json& body) {
    Json functions = Json::array();
    Json others = Json::array();
    for (Json& tool : body["tools"]) {
      if (!tool.contains("functionDeclarations")) others.push_back(tool);
      for (Json& function : tool.value("functionDeclarations", Json::array())) {
        DropIfEmpty(function, "description", "what says nothing is not said");
        Rename(function, "parameters", "parametersJsonSchema", "schemas are JSON Schema");
        Respell(function, "parametersJsonSchema", "parameters_json_schema");
        functions.push_back(function);
      }
    }
    body["tools"] = others;
    if (functions.empty()) {
      body.erase("toolConfig");
      return;
    }
    body["tools"].insert(body["tools"].begin(), Json{{"functionDeclarations", functions}});
    if (!others.empty()) Note("the functions stand before the tools that the provider runs");
    ApplyToChoice(body);
  }

  void ApplyToChoice(Json& body) {
    const Json choice = MemberOf(MemberOf(body, "toolConfig"), "functionCallingConfig");
    if (choice.is_null()) {
      body["toolConfig"] = {{"functionCallingConfig", {{"mode", "AUTO"}}}};
      Note("the choice AUTO is said");
    }
  }
};

std::vector<Exchange> Traffic() {
  std::vector<Exchange> exchanges = recorded::TrafficOfApi("generate_content");
  std::ranges::copy(
      recorded::TrafficOfApi("stream_generate_content"), std::back_inserter(exchanges)
  );
  return exchanges;
}

TEST(GeminiRequestsTest, EveryStructuredRequestIsTheOneThatWeWouldMake) {
  REQUIRE_TEST_DATA("provider-traffic");
  const recorded::BuiltIn built_in;
  Rules rules;
  recorded::Comparison comparison;
  const auto peer_of = [&](const Exchange& exchange, const ChatRequest& request) {
    return Peer{
        .row = *built_in.RowOf(exchange.provider),
        .family = built_in.FamilyOf(exchange.provider, request.model),
    };
  };
  recorded::MakeAgain<Reader>(
      Traffic(),
      Gemini(),
      peer_of,
      rules,
      comparison,
      {"systemInstruction", "contents", "tools", "toolConfig", "generationConfig"}
  );
  comparison.Conclude("generateContent", rules, 45);
}

}  // namespace
}  // namespace extractd::providers
