#include "server/providers/dialects/openai_responses/input.h"

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "server/base/status_macros.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/providers/dialects/media.h"

namespace extractd::providers::openai_responses {
namespace {

// Callers bring it back: it may be anything.
bool IsReasoning(std::string_view text) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document != nullptr && document->root().is_object() &&
         json::StringMember(document->root(), "type") == "reasoning";
}

class ItemWriter {
 public:
  ItemWriter(const ProviderRow& row, json::TextWriter& out) : row_(row), out_(out) {}

  absl::Status Write(const Message& message) {
    switch (message.role) {
      case Role::kSystem:
        WriteText("developer", message.text);
        return absl::OkStatus();
      case Role::kUser:
        return WriteUser(message);
      case Role::kAssistant:
        WriteAssistant(message);
        return absl::OkStatus();
      case Role::kTool:
        out_.BeginObject().Member("type", "function_call_output");
        out_.Member("call_id", message.tool_call_id).Member("output", message.text).EndObject();
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

 private:
  void WriteText(std::string_view role, std::string_view text) {
    out_.BeginObject().Member("role", role).Member("content", text).EndObject();
  }

  // What the provider wrote is a list of items; among them are thoughts that only it can read and
  // that have to stand before the call they led to.
  void WriteAssistant(const Message& message) {
    const std::string_view items = message.verbatim;
    if (items.size() > 2 && items.front() == '[') {
      out_.Raw(items.substr(1, items.size() - 2));
      return;
    }
    for (const Thinking& thinking : message.thinking) {
      if (IsReasoning(thinking.opaque)) out_.Raw(thinking.opaque);
    }
    if (!message.text.empty()) WriteText("assistant", message.text);
    for (const ToolCall& call : message.tool_calls) {
      out_.BeginObject().Member("type", "function_call").Member("call_id", call.id);
      out_.Member("name", call.name).Member("arguments", call.arguments).EndObject();
    }
  }

  absl::Status WriteUser(const Message& message) {
    if (message.media.empty()) {
      WriteText("user", message.text);
      return absl::OkStatus();
    }
    out_.BeginObject().Member("role", "user").Key("content").BeginArray();
    RETURN_IF_ERROR(ForEachPart(
        message,
        [this](std::string_view text) { WriteTextPart(text); },
        [this](const Media& media) { return WriteMedia(media); }
    ));
    out_.EndArray().EndObject();
    return absl::OkStatus();
  }

  void WriteTextPart(std::string_view text) {
    out_.BeginObject().Member("type", "input_text").Member("text", text).EndObject();
  }

  absl::Status WriteMedia(const Media& media) {
    if (IsTextDocument(media)) {
      WriteTextPart(media.content);
      return absl::OkStatus();
    }
    if (media.kind == MediaKind::kAudio) return WriteAudio(media);
    const bool is_image = media.kind == MediaKind::kImage;
    out_.BeginObject().Member("type", is_image ? "input_image" : "input_file");
    if (media.source == MediaSource::kFileId) {
      out_.Member("file_id", media.content);
    } else if (media.source == MediaSource::kUrl) {
      out_.Member(is_image ? "image_url" : "file_url", media.content);
    } else if (is_image) {
      out_.Member("image_url", DataUrl(media));
    } else {
      out_.Member("filename", media.filename.empty() ? "document" : media.filename);
      out_.Member("file_data", DataUrl(media));
    }
    out_.EndObject();
    return absl::OkStatus();
  }

  absl::Status WriteAudio(const Media& media) {
    if (media.source != MediaSource::kBytes) return UnsupportedMedia(row_.name, media);
    out_.BeginObject().Member("type", "input_audio").Key("input_audio").BeginObject();
    out_.Member("data", Base64(media.content)).Member("format", AudioFormat(media.media_type));
    out_.EndObject().EndObject();
    return absl::OkStatus();
  }

  const ProviderRow& row_;
  json::TextWriter& out_;
};

// The texts of the system messages in front, and how many there are.
size_t ReadInstructions(std::span<const Message> messages, std::string& text) {
  size_t count = 0;
  for (const Message& message : messages) {
    if (message.role != Role::kSystem) break;
    if (!text.empty()) text += "\n\n";
    text += message.text;
    ++count;
  }
  return count;
}

}  // namespace

absl::Status WriteInput(const ProviderRow& row, const ChatRequest& request, json::TextWriter& out) {
  std::span<const Message> messages = request.messages;
  std::string instructions;
  messages = messages.subspan(ReadInstructions(messages, instructions));
  if (!instructions.empty()) out.Member("instructions", instructions);
  ItemWriter writer(row, out);
  out.Key("input").BeginArray();
  for (const Message& message : messages) RETURN_IF_ERROR(writer.Write(message));
  out.EndArray();
  return absl::OkStatus();
}

}  // namespace extractd::providers::openai_responses
