// Writes request bodies. The schema's bytes are spliced in as they are.
#include <algorithm>
#include <string>
#include <utility>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/media.h"
#include "server/providers/dialects/ollama/ollama_chat.h"

namespace extractd::providers::ollama {
namespace {

class BodyWriter {
 public:
  BodyWriter(const ProviderRow& row, const ModelFamily& model, const ChatRequest& request)
      : row_(row), model_(model), request_(request), out_(ExpectedBytes(request)) {}

  std::string Write() && {
    // A request that says nothing is streamed.
    out_.BeginObject().Member("model", request_.model).Member("stream", request_.stream);
    out_.Key("messages").BeginArray();
    for (const Message& message : request_.messages) PutMessage(message);
    out_.EndArray();
    if (!request_.tools.empty()) PutTools();
    PutFormat();
    PutThink();
    PutOptions();
    out_.EndObject();
    return std::move(out_).Take();
  }

 private:
  void PutMessage(const Message& message) {
    out_.BeginObject().Member("role", RoleName(message.role));
    if (message.role == Role::kTool) {
      out_.Member("tool_name", NameOfCall(message.tool_call_id));
      if (!message.tool_call_id.empty()) out_.Member("tool_call_id", message.tool_call_id);
    }
    out_.Member("content", message.media.empty() ? message.text : TextOf(message));
    if (!message.thinking.empty()) PutThoughts(message);
    PutImages(message);
    if (!message.tool_calls.empty()) PutToolCalls(message);
    out_.EndObject();
  }

  // Of the call that a tool message answers. Older servers give calls no ids: then it is the last.
  std::string_view NameOfCall(std::string_view id) const {
    const auto call = calls_.find(id);
    return call == calls_.end() ? std::string_view() : call->second;
  }

  void PutThoughts(const Message& message) {
    std::string text;
    for (const Thinking& thought : message.thinking) text += thought.text;
    if (!text.empty()) out_.Member("thinking", text);
  }

  // The text with the documents in it.
  static std::string TextOf(const Message& message) {
    std::string text;
    const auto add = [&text](std::string_view piece) { text.append(piece); };
    ForEachPart(message, add, [&add](const Media& media) {
      if (media.kind == MediaKind::kDocument) add(media.content);
      return absl::OkStatus();
    }).IgnoreError();
    return text;
  }

  // They stand beside the text, not inside it.
  void PutImages(const Message& message) {
    const auto is_image = [](const Media& media) { return media.kind == MediaKind::kImage; };
    if (std::ranges::none_of(message.media, is_image)) return;
    out_.Key("images").BeginArray();
    for (const Media& media : message.media) {
      if (is_image(media)) out_.String(Base64(media.content));
    }
    out_.EndArray();
  }

  void PutToolCalls(const Message& message) {
    out_.Key("tool_calls").BeginArray();
    for (const ToolCall& call : message.tool_calls) {
      calls_.insert_or_assign(call.id, call.name);
      out_.BeginObject();
      if (!call.id.empty()) out_.Member("id", call.id);
      out_.Key("function").BeginObject().Member("name", call.name).Key("arguments");
      PutArguments(call.arguments);
      out_.EndObject().EndObject();
    }
    out_.EndArray();
  }

  // The server reads nothing but an object.
  void PutArguments(const std::string& arguments) {
    if (json::IsJsonObject(arguments)) {
      out_.Raw(arguments);
    } else {
      out_.BeginObject().Member("arguments", arguments).EndObject();
    }
  }

  void PutTools() {
    out_.Key("tools");
    WriteFunctionTools(request_.tools, out_);
  }

  void PutFormat() {
    if (request_.format == AnswerFormat::kJsonObject) {
      out_.Member("format", "json");
    } else if (request_.format == AnswerFormat::kJsonSchema && request_.schema.has_value()) {
      out_.RawMember("format", request_.schema->json);
    }
  }

  void PutThink() {
    const Generation& generation = request_.generation;
    if (generation.thinking_budget_tokens) {
      // There is no budget, only whether.
      out_.Member("think", *generation.thinking_budget_tokens > 0);
    } else if (generation.reasoning_effort == ReasoningEffort::kNone) {
      out_.Member("think", false);
    } else if (generation.reasoning_effort) {
      PutEffort(*generation.reasoning_effort);
    } else if (request_.include_thinking) {
      out_.Member("think", true);
    }
  }

  // Few models know levels; to the others a word is an error.
  void PutEffort(ReasoningEffort effort) {
    const auto level = static_cast<size_t>(effort);
    if (level < model_.efforts.size()) {
      out_.Member("think", model_.efforts[level]);
    } else {
      out_.Member("think", true);
    }
  }

  void PutOptions() {
    const Generation& generation = request_.generation;
    json::TextWriter options;
    options.BeginObject();
    if (generation.temperature) options.Member("temperature", *generation.temperature);
    if (generation.top_p) options.Member("top_p", *generation.top_p);
    if (generation.max_output_tokens) {
      options.Member(row_.max_tokens_field, *generation.max_output_tokens);
    }
    if (generation.seed) options.Member("seed", *generation.seed);
    if (!generation.stop.empty()) {
      options.Key("stop").BeginArray();
      for (const std::string& stop : generation.stop) options.String(stop);
      options.EndArray();
    }
    options.EndObject();
    const std::string text = std::move(options).Take();
    if (text != "{}") out_.RawMember("options", text);
  }

  const ProviderRow& row_;
  const ModelFamily& model_;
  const ChatRequest& request_;
  StringMap<std::string_view> calls_;  // so far: names by ids
  json::TextWriter out_;
};

}  // namespace

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
) {
  for (const Message& message : request.messages) {
    for (const Media& media : message.media) {
      const bool image = media.kind == MediaKind::kImage && media.source == MediaSource::kBytes;
      if (!image && !IsTextDocument(media)) return UnsupportedMedia(row.name, media);
    }
  }
  return CompleteBody(row, model, request, BodyWriter(row, model, request).Write());
}

}  // namespace extractd::providers::ollama
