#include "server/providers/dialects/bedrock/messages.h"

#include <algorithm>
#include <string_view>

#include "server/providers/dialects/bedrock/content.h"
#include "server/providers/dialects/bedrock/media_block.h"

namespace extractd::providers::bedrock_converse {
namespace {

// A document may not stand alone.
constexpr std::string_view kDocumentNeedsText = "See the document.";

// Writes messages; neighbours of one side become one, as the sides must take turns. What has no
// content, which the API refuses, is left out.
class TurnWriter {
 public:
  explicit TurnWriter(json::TextWriter& out) : out_(out) {}

  void Write(const Message& message) {
    switch (message.role) {
      case Role::kSystem:
        return;
      case Role::kUser:
        return WriteUser(message);
      case Role::kAssistant:
        return WriteAssistant(message);
      case Role::kTool:
        return WriteToolResult(message);
    }
  }

  void End() {
    if (!open_) return;
    if (has_document_ && !has_text_) WriteText(kDocumentNeedsText, side_);
    out_.EndArray().EndObject();
    open_ = false;
  }

 private:
  enum class Side : std::uint8_t { kUser, kAssistant };

  // Where the next block of that side goes.
  json::TextWriter& Block(Side side) {
    if (open_ && side_ != side) End();
    if (!open_) {
      out_.BeginObject().Member("role", side == Side::kUser ? "user" : "assistant");
      out_.Key("content").BeginArray();
      open_ = true;
      side_ = side;
      has_text_ = false;
      has_document_ = false;
    }
    return out_;
  }

  void WriteText(std::string_view text, Side side) {
    if (IsBlank(text)) return;
    Block(side).BeginObject().Member("text", text).EndObject();
    has_text_ = true;
  }

  void WriteUser(const Message& message) {
    size_t written = 0;
    for (const Media& media : message.media) {
      const size_t offset = std::clamp(media.text_offset, written, message.text.size());
      WriteText(std::string_view(message.text).substr(written, offset - written), Side::kUser);
      written = offset;
      WriteMedia(media);
    }
    WriteText(std::string_view(message.text).substr(written), Side::kUser);
  }

  void WriteMedia(const Media& media) {
    std::string name;
    if (media.kind == MediaKind::kDocument) {
      name = DocumentName(media.filename, ++documents_);
    }
    WriteMediaBlock(media, name, Block(Side::kUser));
    has_document_ = has_document_ || media.kind == MediaKind::kDocument;
  }

  void WriteAssistant(const Message& message) {
    const std::string_view echo = message.verbatim;
    if (echo.size() > 2 && echo.front() == '[' && echo.back() == ']') {
      Block(Side::kAssistant).Raw(echo.substr(1, echo.size() - 2));
      return;
    }
    for (const Thinking& thinking : message.thinking) {
      if (!thinking.opaque.empty()) WriteThinking(thinking, Block(Side::kAssistant));
    }
    WriteText(message.text, Side::kAssistant);
    for (const ToolCall& call : message.tool_calls) {
      Block(Side::kAssistant).BeginObject().Key("toolUse").BeginObject();
      out_.Member("toolUseId", call.id).Member("name", call.name);
      out_.RawMember("input", ArgumentsObject(call.arguments));
      out_.EndObject().EndObject();
    }
  }

  void WriteToolResult(const Message& message) {
    Block(Side::kUser).BeginObject().Key("toolResult").BeginObject();
    out_.Member("toolUseId", message.tool_call_id).Key("content").BeginArray().BeginObject();
    if (IsBlank(message.text)) {
      out_.RawMember("json", "{}");
    } else {
      out_.Member("text", message.text);
    }
    out_.EndObject().EndArray();
    if (message.tool_failed) out_.Member("status", "error");
    out_.EndObject().EndObject();
  }

  json::TextWriter& out_;
  bool open_ = false;
  Side side_ = Side::kUser;
  bool has_text_ = false;      // in the open turn
  bool has_document_ = false;  // in the open turn
  size_t documents_ = 0;
};

void WriteSystem(const std::vector<Message>& messages, json::TextWriter& out) {
  bool any = false;
  for (const Message& message : messages) {
    if (message.role != Role::kSystem || IsBlank(message.text)) continue;
    if (!any) out.Key("system").BeginArray();
    any = true;
    out.BeginObject().Member("text", message.text).EndObject();
  }
  if (any) out.EndArray();
}

}  // namespace

void WriteConversation(const std::vector<Message>& messages, json::TextWriter& out) {
  out.Key("messages").BeginArray();
  TurnWriter turns(out);
  for (const Message& message : messages) turns.Write(message);
  turns.End();
  out.EndArray();
  WriteSystem(messages, out);
}

std::vector<std::string> ToolsSpokenOf(const std::vector<Message>& messages) {
  std::vector<std::string> names;
  for (const Message& message : messages) {
    for (const ToolCall& call : message.tool_calls) {
      if (std::ranges::find(names, call.name) == names.end()) names.push_back(call.name);
    }
  }
  return names;
}

}  // namespace extractd::providers::bedrock_converse
