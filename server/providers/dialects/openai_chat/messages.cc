#include "server/providers/dialects/openai_chat/messages.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/base/status_macros.h"
#include "server/json/parse.h"
#include "server/providers/dialects/body.h"
#include "server/providers/dialects/media.h"
#include "server/providers/dialects/openai_chat/arrange.h"

namespace extractd::providers::openai_chat {
namespace {

// Who instructs these models is their developer.
std::string_view WordFor(Role role, const ModelFamily& model) {
  return role == Role::kSystem && model.developer_role ? "developer" : RoleName(role);
}

std::string ThinkingText(const Message& message) {
  std::string text;
  for (const Thinking& thinking : message.thinking) text += thinking.text;
  return text;
}

// Callers bring it back: it may be anything.
bool IsList(std::string_view text) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document != nullptr && document->root().is_array();
}

class MessageWriter {
 public:
  MessageWriter(
      const ProviderRow& row,
      const ModelFamily& model,
      const ChatRequest& request,
      json::TextWriter& out
  )
      : row_(row), model_(model), request_(request), out_(out) {}

  absl::Status Write(const Message& message) {
    out_.BeginObject().Member("role", WordFor(message.role, model_));
    if (message.role == Role::kTool) out_.Member("tool_call_id", message.tool_call_id);
    WriteThinking(message);
    RETURN_IF_ERROR(WriteContent(message));
    if (!message.tool_calls.empty()) WriteToolCalls(message);
    out_.EndObject();
    return absl::OkStatus();
  }

 private:
  void WriteThinking(const Message& message) {
    if (row_.thinking_echo == ThinkingEcho::kText) return WriteThinkingText(message);
    if (row_.thinking_echo != ThinkingEcho::kDetails) return;
    for (const Thinking& thinking : message.thinking) {
      if (IsList(thinking.opaque))
        return void(out_.RawMember("reasoning_details", thinking.opaque));
    }
  }

  // A thinking model wants it with each call that it made, even if it is not known any more.
  void WriteThinkingText(const Message& message) {
    if (message.tool_calls.empty() || IsWithoutReasoning(model_, request_)) return;
    const std::string text = ThinkingText(message);
    if (!text.empty() || model_.reasons)
      out_.Member("reasoning_content", text.empty() ? " " : text);
  }

  absl::Status WriteContent(const Message& message) {
    if (!message.media.empty()) return WriteParts(message);
    if (!message.text.empty() || message.tool_calls.empty()) out_.Member("content", message.text);
    return absl::OkStatus();
  }

  absl::Status WriteParts(const Message& message) {
    out_.Key("content").BeginArray();
    RETURN_IF_ERROR(ForEachPart(
        message,
        [this](std::string_view text) { WriteTextPart(text); },
        [this](const Media& media) { return WriteMedia(media); }
    ));
    out_.EndArray();
    return absl::OkStatus();
  }

  void WriteTextPart(std::string_view text) {
    out_.BeginObject().Member("type", "text").Member("text", text).EndObject();
  }

  absl::Status WriteMedia(const Media& media) {
    if (IsTextDocument(media)) {
      WriteTextPart(media.content);
      return absl::OkStatus();
    }
    if (media.source == MediaSource::kFileId) return WriteFileId(media);
    switch (media.kind) {
      case MediaKind::kImage:
        WriteAddress(
            "image_url", media.source == MediaSource::kUrl ? media.content : DataUrl(media)
        );
        return absl::OkStatus();
      case MediaKind::kAudio:
        return WriteAudio(media);
      case MediaKind::kDocument:
        return WriteDocument(media);
    }
    return UnsupportedMedia(row_.name, media);
  }

  // {"type": T, T: {"url": …}}
  void WriteAddress(std::string_view type, std::string_view url) {
    out_.BeginObject().Member("type", type);
    out_.Key(type).BeginObject().Member("url", url).EndObject().EndObject();
  }

  absl::Status WriteFileId(const Media& media) {
    if (row_.documents == DocumentForm::kNone) return UnsupportedMedia(row_.name, media);
    out_.BeginObject().Member("type", "file");
    if (row_.documents == DocumentForm::kFile) {
      out_.Key("file").BeginObject().Member("file_id", media.content).EndObject();
    } else {
      out_.Member("file_id", media.content);
    }
    out_.EndObject();
    return absl::OkStatus();
  }

  absl::Status WriteAudio(const Media& media) {
    if (media.source != MediaSource::kBytes) return UnsupportedMedia(row_.name, media);
    out_.BeginObject().Member("type", "input_audio").Key("input_audio");
    // Where documents are document_url, audio is the bytes alone, which say what they are.
    if (row_.documents == DocumentForm::kDocumentUrl) {
      out_.String(Base64(media.content)).EndObject();
      return absl::OkStatus();
    }
    out_.BeginObject().Member("data", Base64(media.content));
    out_.Member("format", AudioFormat(media.media_type)).EndObject().EndObject();
    return absl::OkStatus();
  }

  absl::Status WriteDocument(const Media& media) {
    const bool is_address = media.source == MediaSource::kUrl;
    switch (row_.documents) {
      case DocumentForm::kFile:
        if (is_address) return UnsupportedMedia(row_.name, media);
        WriteFile(media);
        return absl::OkStatus();
      case DocumentForm::kDocumentUrl:
        out_.BeginObject().Member("type", "document_url");
        out_.Member("document_url", is_address ? media.content : DataUrl(media)).EndObject();
        return absl::OkStatus();
      case DocumentForm::kFileUrl:
        WriteAddress("file_url", is_address ? media.content : Base64(media.content));
        return absl::OkStatus();
      case DocumentForm::kNone:
        return UnsupportedMedia(row_.name, media);
    }
    return UnsupportedMedia(row_.name, media);
  }

  void WriteFile(const Media& media) {
    out_.BeginObject().Member("type", "file").Key("file").BeginObject();
    out_.Member("filename", media.filename.empty() ? "document" : media.filename);
    out_.Member("file_data", DataUrl(media)).EndObject().EndObject();
  }

  void WriteToolCalls(const Message& message) {
    out_.Key("tool_calls").BeginArray();
    for (const ToolCall& call : message.tool_calls) {
      out_.BeginObject().Member("type", "function").Member("id", call.id).Key("function");
      out_.BeginObject().Member("name", call.name).Member("arguments", call.arguments);
      out_.EndObject().EndObject();
    }
    out_.EndArray();
  }

  const ProviderRow& row_;
  const ModelFamily& model_;
  const ChatRequest& request_;
  json::TextWriter& out_;
};

}  // namespace

absl::Status WriteMessages(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    json::TextWriter& out
) {
  const bool arranges = NeedsArranging(row);
  const std::vector<Message> arranged =
      arranges ? Arrange(row, request.messages) : std::vector<Message>();
  MessageWriter writer(row, model, request, out);
  out.Key("messages").BeginArray();
  for (const Message& message : arranges ? arranged : request.messages) {
    RETURN_IF_ERROR(writer.Write(message));
  }
  out.EndArray();
  return absl::OkStatus();
}

}  // namespace extractd::providers::openai_chat
