#include "server/plugins/request_json.h"

#include <string_view>
#include <utility>

#include <absl/strings/escaping.h>

#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/body.h"

namespace extractd::plugins {
namespace {

using json::TextWriter;

std::string_view NameOf(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return "image";
    case MediaKind::kAudio:
      return "audio";
    case MediaKind::kDocument:
      return "document";
  }
  return "document";
}

std::string_view NameOf(ToolUse use) {
  switch (use) {
    case ToolUse::kForced:
      return "forced";
    case ToolUse::kAtLeastOne:
      return "at_least_one";
    case ToolUse::kFree:
      return "free";
  }
  return "free";
}

std::string_view NameOf(AnswerFormat format) {
  switch (format) {
    case AnswerFormat::kText:
      return "text";
    case AnswerFormat::kJsonObject:
      return "json_object";
    case AnswerFormat::kJsonSchema:
      return "json_schema";
  }
  return "text";
}

std::string_view NameOf(ReasoningEffort effort) {
  switch (effort) {
    case ReasoningEffort::kNone:
      return "none";
    case ReasoningEffort::kLow:
      return "low";
    case ReasoningEffort::kMedium:
      return "medium";
    case ReasoningEffort::kHigh:
      return "high";
  }
  return "none";
}

// Texts may hold halves of surrogate pairs, which are no UTF-8.
void Text(TextWriter& out, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  if (IsValidUtf8(text)) {
    out.Member(key, text);
  } else {
    out.Member(key, ReplaceInvalidUtf8(text));
  }
}

void WriteMedia(const Media& media, TextWriter& out) {
  out.BeginObject().Member("kind", NameOf(media.kind));
  switch (media.source) {
    case MediaSource::kBytes:
      out.Member("base64", Std(absl::Base64Escape(Absl(media.content))));
      break;
    case MediaSource::kUrl:
      Text(out, "url", media.content);
      break;
    case MediaSource::kFileId:
      Text(out, "file_id", media.content);
      break;
  }
  Text(out, "media_type", media.media_type);
  Text(out, "filename", media.filename);
  out.Member("text_offset", media.text_offset).EndObject();
}

void WriteMessage(const Message& message, TextWriter& out) {
  out.BeginObject().Member("role", providers::RoleName(message.role));
  Text(out, "text", message.text);
  if (!message.media.empty()) {
    out.Key("media").BeginArray();
    for (const Media& media : message.media) WriteMedia(media, out);
    out.EndArray();
  }
  if (!message.tool_calls.empty()) {
    out.Key("tool_calls").BeginArray();
    for (const ToolCall& call : message.tool_calls) {
      out.BeginObject();
      Text(out, "id", call.id);
      Text(out, "name", call.name);
      Text(out, "arguments", call.arguments);
      out.EndObject();
    }
    out.EndArray();
  }
  Text(out, "tool_call_id", message.tool_call_id);
  if (message.tool_failed) out.Member("tool_failed", true);
  if (!message.verbatim.empty()) out.RawMember("verbatim", message.verbatim);
  out.EndObject();
}

void WriteSchema(const SchemaText& schema, TextWriter& out) {
  out.BeginObject().Member("name", schema.name);
  Text(out, "description", schema.description);
  out.Member("strict", schema.strict).RawMember("schema", schema.json).EndObject();
}

void WriteGeneration(const Generation& generation, TextWriter& out) {
  out.Key("generation").BeginObject();
  if (generation.temperature) out.Member("temperature", *generation.temperature);
  if (generation.top_p) out.Member("top_p", *generation.top_p);
  if (generation.max_output_tokens) out.Member("max_output_tokens", *generation.max_output_tokens);
  if (generation.seed) out.Member("seed", *generation.seed);
  if (!generation.stop.empty()) {
    out.Key("stop").BeginArray();
    for (const std::string& stop : generation.stop) out.String(stop);
    out.EndArray();
  }
  if (generation.reasoning_effort) {
    out.Member("reasoning_effort", NameOf(*generation.reasoning_effort));
  }
  if (generation.thinking_budget_tokens) {
    out.Member("thinking_budget_tokens", *generation.thinking_budget_tokens);
  }
  out.EndObject();
}

}  // namespace

std::string RequestJson(const ChatRequest& request) {
  TextWriter out;
  out.BeginObject().Member("model", request.model).Key("messages").BeginArray();
  for (const Message& message : request.messages) WriteMessage(message, out);
  out.EndArray();
  if (!request.tools.empty()) {
    out.Key("tools").BeginArray();
    for (const SchemaText& tool : request.tools) WriteSchema(tool, out);
    out.EndArray().Member("tool_use", NameOf(request.tool_use));
  }
  out.Member("format", NameOf(request.format));
  if (request.schema.has_value()) WriteSchema(*request.schema, out.Key("schema"));
  WriteGeneration(request.generation, out);
  if (request.stream) out.Member("stream", true);
  out.EndObject();
  return std::move(out).Take();
}

}  // namespace extractd::plugins
