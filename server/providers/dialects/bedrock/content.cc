#include "server/providers/dialects/bedrock/content.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <absl/strings/ascii.h>

#include "server/json/decimal.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/body_text.h"

namespace extractd::providers::bedrock_converse {
namespace {

Block ReadToolUse(const json::Value& tool) {
  const json::Value* input = tool.Find("input");
  const bool text = input != nullptr && input->is_string();
  Block block = {
      .kind = BlockKind::kToolUse,
      .tool_id = std::string(json::StringMember(tool, "toolUseId")),
      .tool = std::string(json::StringMember(tool, "name")),
      .server_tool = json::StringMember(tool, "type") == "server_tool_use",
  };
  if (input != nullptr) {
    block.arguments = text ? std::string(input->string()) : json::ToText(*input);
    block.object = input->is_object();
  }
  return block;
}

Block ReadReasoning(const json::Value& reasoning) {
  if (const json::Value* text = reasoning.Find("reasoningText"); text != nullptr) {
    return {
        .kind = BlockKind::kReasoning,
        .text = std::string(json::StringMember(*text, "text")),
        .opaque = std::string(json::StringMember(*text, "signature")),
    };
  }
  return {
      .kind = BlockKind::kRedacted,
      .opaque = std::string(json::StringMember(reasoning, "redactedContent")),
  };
}

// Text with its sources. The text counts as text; the echo goes without the sources.
Block ReadCited(const json::Value& cited, std::vector<Citation>& citations) {
  Block block = {.kind = BlockKind::kText};
  if (const json::Value* content = cited.Find("content"); content != nullptr) {
    for (const json::Value& part : *content) block.text += json::StringMember(part, "text");
  }
  if (const json::Value* sources = cited.Find("citations"); sources != nullptr) {
    for (const json::Value& source : *sources) citations.push_back(ReadCitation(source));
  }
  return block;
}

void WriteReasoning(const Block& block, json::TextWriter& out) {
  out.BeginObject().Key("reasoningContent").BeginObject();
  if (block.kind == BlockKind::kRedacted) {
    out.Member("redactedContent", std::string_view(block.opaque));
  } else {
    out.Key("reasoningText").BeginObject().Member("text", std::string_view(block.text));
    if (!block.opaque.empty()) out.Member("signature", std::string_view(block.opaque));
    out.EndObject();
  }
  out.EndObject().EndObject();
}

void WriteToolUse(const Block& block, json::TextWriter& out) {
  out.BeginObject().Key("toolUse").BeginObject();
  out.Member("toolUseId", std::string_view(block.tool_id));
  out.Member("name", std::string_view(block.tool));
  if (block.object) {
    out.RawMember("input", block.arguments);
  } else {
    out.RawMember("input", ArgumentsObject(block.arguments));
  }
  if (block.server_tool) out.Member("type", "server_tool_use");
  out.EndObject().EndObject();
}

void WriteEcho(const Block& block, json::TextWriter& out) {
  switch (block.kind) {
    case BlockKind::kText:
      if (IsBlank(block.text)) return;
      out.BeginObject().Member("text", std::string_view(block.text)).EndObject();
      return;
    case BlockKind::kToolUse:
      return WriteToolUse(block, out);
    case BlockKind::kReasoning:
    case BlockKind::kRedacted:
      return WriteReasoning(block, out);
    case BlockKind::kOther:
      if (!block.opaque.empty()) out.Raw(block.opaque);
      return;
  }
}

void AddMeaning(const Block& block, Message& message) {
  switch (block.kind) {
    case BlockKind::kText:
      message.text += block.text;
      return;
    case BlockKind::kToolUse:
      if (block.server_tool) return;
      message.tool_calls.push_back({
          .id = block.tool_id,
          .name = block.tool,
          // A call without arguments has them as an empty object, streamed as no text at all.
          .arguments = block.arguments.empty() ? "{}" : block.arguments,
      });
      return;
    case BlockKind::kReasoning:
    case BlockKind::kRedacted:
      message.thinking.push_back({.text = block.text, .opaque = block.opaque});
      return;
    case BlockKind::kOther:
      return;
  }
}

std::int64_t Count(const json::Value& usage, std::string_view name) {
  const json::Value* count = usage.Find(name);
  if (count == nullptr || !count->is_number()) return 0;
  return std::max<std::int64_t>(0, json::ToInt64(count->number()).value_or(0));
}

struct StopName {
  std::string_view name;
  FinishReason reason;
};
constexpr std::array kStopNames = {
    StopName{.name = "end_turn", .reason = FinishReason::kStop},
    StopName{.name = "stop_sequence", .reason = FinishReason::kStop},
    StopName{.name = "tool_use", .reason = FinishReason::kToolCalls},
    StopName{.name = "max_tokens", .reason = FinishReason::kLength},
    StopName{.name = "model_context_window_exceeded", .reason = FinishReason::kLength},
    StopName{.name = "guardrail_intervened", .reason = FinishReason::kContentFilter},
    StopName{.name = "content_filtered", .reason = FinishReason::kContentFilter},
    StopName{.name = "refusal", .reason = FinishReason::kRefusal},
};

}  // namespace

Citation ReadCitation(const json::Value& citation) {
  Citation read = {.title = std::string(json::StringMember(citation, "title"))};
  if (const json::Value* quoted = citation.Find("sourceContent"); quoted != nullptr) {
    for (const json::Value& part : *quoted) read.text += json::StringMember(part, "text");
  }
  if (const json::Value* web = json::FindPath(citation, {"location", "web"}); web != nullptr) {
    read.url = std::string(json::StringMember(*web, "url"));
  }
  for (std::string* text : {&read.text, &read.url, &read.title}) MendHalves(*text);
  return read;
}

Block ReadBlock(const json::Value& block, std::vector<Citation>& citations) {
  if (const json::Value* text = block.Find("text"); text != nullptr && text->is_string()) {
    return {.kind = BlockKind::kText, .text = std::string(text->string())};
  }
  if (const json::Value* tool = block.Find("toolUse"); tool != nullptr) return ReadToolUse(*tool);
  if (const json::Value* reasoning = block.Find("reasoningContent"); reasoning != nullptr) {
    return ReadReasoning(*reasoning);
  }
  if (const json::Value* cited = block.Find("citationsContent"); cited != nullptr) {
    return ReadCited(*cited, citations);
  }
  return {.opaque = json::ToText(block)};
}

bool MendText(std::vector<Block>& blocks) {
  bool lost = false;
  for (Block& block : blocks) {
    for (std::string* text :
         {&block.text, &block.opaque, &block.tool_id, &block.tool, &block.arguments}) {
      lost = MendHalves(*text) || lost;
    }
  }
  return lost;
}

void WriteThinking(const Thinking& thinking, json::TextWriter& out) {
  const BlockKind kind = thinking.text.empty() ? BlockKind::kRedacted : BlockKind::kReasoning;
  WriteReasoning({.kind = kind, .text = thinking.text, .opaque = thinking.opaque}, out);
}

Message MessageOf(const std::vector<Block>& blocks) {
  Message message = {.role = Role::kAssistant};
  json::TextWriter echo;
  echo.BeginArray();
  for (const Block& block : blocks) {
    AddMeaning(block, message);
    WriteEcho(block, echo);
  }
  echo.EndArray();
  if (echo.text().size() > 2) message.verbatim = std::move(echo).Take();
  return message;
}

FinishReason FinishReasonOf(std::string_view stop_reason) {
  const auto* known = std::ranges::find(kStopNames, stop_reason, &StopName::name);
  if (known != kStopNames.end()) return known->reason;
  return stop_reason.empty() ? FinishReason::kUnspecified : FinishReason::kOther;
}

Usage UsageOf(const json::Value* usage) {
  if (usage == nullptr || !usage->is_object()) return {};
  const std::int64_t read = Count(*usage, "cacheReadInputTokens");
  const std::int64_t written = Count(*usage, "cacheWriteInputTokens");
  return {
      .input_tokens = Count(*usage, "inputTokens") + read + written,
      .output_tokens = Count(*usage, "outputTokens"),
      .cached_input_tokens = read,
      .cache_write_input_tokens = written,
  };
}

bool IsBlank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return absl::ascii_isspace(static_cast<unsigned char>(c));
  });
}

std::string ArgumentsObject(std::string_view arguments) {
  if (arguments.empty()) return "{}";
  if (json::IsJsonObject(arguments)) return std::string(arguments);
  json::TextWriter out;
  out.BeginObject().Member("arguments", arguments).EndObject();
  return std::move(out).Take();
}

}  // namespace extractd::providers::bedrock_converse
