#include "server/providers/dialects/gemini/contents.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/read.h"
#include "server/providers/dialects/media.h"

namespace extractd::providers::gemini {
namespace {

constexpr std::string_view kUser = "user";
constexpr std::string_view kModel = "model";
// Taken for the signature of a call that another model made.
constexpr std::string_view kNoSignature = "skip_thought_signature_validator";
// Ends a chat that would else be empty, or end with the model's words.
constexpr std::string_view kYourTurn = "Answer now.";

// Results name the function that they come from, which only the call says. Calls may have no ids:
// then the order counts.
class CallNames {
 public:
  void Note(const Message& assistant) {
    calls_ = &assistant.tool_calls;
    answered_ = 0;
  }

  std::string_view NameOf(const Message& result) {
    const size_t place = answered_++;
    if (calls_ == nullptr) return result.tool_call_id;
    const auto named = std::ranges::find(*calls_, result.tool_call_id, &ToolCall::id);
    if (!result.tool_call_id.empty() && named != calls_->end()) return named->name;
    return place < calls_->size() ? (*calls_)[place].name : result.tool_call_id;
  }

 private:
  const std::vector<ToolCall>* calls_ = nullptr;  // of the latest message that has any
  size_t answered_ = 0;
};

class ContentsWriter {
 public:
  ContentsWriter(const ProviderRow& row, const ContentsStyle& style, json::TextWriter& out)
      : row_(row), style_(style), out_(out) {
    out_.Key("contents").BeginArray();
  }

  void Add(const Message& message) {
    switch (message.role) {
      case Role::kSystem:
        return;  // stands elsewhere
      case Role::kUser:
        return AddUser(message);
      case Role::kAssistant:
        return AddModel(message);
      case Role::kTool:
        return AddResult(message);
    }
  }

  void AddText(std::string_view role, std::string_view text) {
    if (text.empty()) return;
    Turn(role);
    out_.BeginObject().Member("text", text).EndObject();
  }

  void End() {
    if (role_ != kUser) AddText(kUser, kYourTurn);
    EndTurn();
    out_.EndArray();
  }

 private:
  void Turn(std::string_view role) {
    if (role == role_) return;
    EndTurn();
    role_ = role;
    out_.BeginObject().Member("role", role).Key("parts").BeginArray();
  }

  void EndTurn() {
    if (!role_.empty()) out_.EndArray().EndObject();
  }

  void AddUser(const Message& message) {
    const auto add_text = [this](std::string_view text) { AddText(kUser, text); };
    const auto add_media = [this](const Media& media) {
      AddMedia(media);
      return absl::OkStatus();
    };
    ForEachPart(message, add_text, add_media).IgnoreError();  // there is a place for every kind
  }

  void AddMedia(const Media& media) {
    Turn(kUser);
    out_.BeginObject();
    if (media.source == MediaSource::kBytes) {
      out_.Key("inlineData").BeginObject().Member("mimeType", media.media_type);
      out_.Member("data", Base64(media.content));
    } else {
      out_.Key("fileData").BeginObject();
      if (!media.media_type.empty()) out_.Member("mimeType", media.media_type);
      out_.Member("fileUri", FileUri(media));
    }
    out_.EndObject().EndObject();
  }

  // Files have addresses; "files/x" is the short form of one.
  std::string FileUri(const Media& media) const {
    const std::string& name = media.content;
    if (media.source == MediaSource::kUrl || name.find("://") != std::string::npos) return name;
    return row_.base_url + (name.starts_with("files/") ? "/" : "/files/") + name;
  }

  void AddModel(const Message& message) {
    if (!message.tool_calls.empty()) names_.Note(message);
    if (!message.verbatim.empty()) {
      Turn(kModel);
      const std::string_view parts = message.verbatim;
      out_.Raw(parts.substr(1, parts.size() - 2));
      return;
    }
    for (const Thinking& thought : message.thinking) AddThought(thought);
    AddText(kModel, message.text);
    for (const ToolCall& call : message.tool_calls) {
      AddCall(call, style_.excuse_signatures && &call == message.tool_calls.data());
    }
  }

  void AddThought(const Thinking& thought) {
    Turn(kModel);
    out_.BeginObject().Member("text", thought.text).Member("thought", true);
    if (!thought.opaque.empty()) out_.Member("thoughtSignature", thought.opaque);
    out_.EndObject();
  }

  void AddCall(const ToolCall& call, bool excused) {
    Turn(kModel);
    out_.BeginObject().Key("functionCall").BeginObject();
    if (!call.id.empty()) out_.Member("id", call.id);
    out_.Member("name", call.name);
    out_.RawMember("args", json::IsJsonObject(call.arguments) ? call.arguments : "{}").EndObject();
    if (excused) out_.Member("thoughtSignature", kNoSignature);
    out_.EndObject();
  }

  void AddResult(const Message& message) {
    Turn(kUser);
    out_.BeginObject().Key("functionResponse").BeginObject();
    if (!message.tool_call_id.empty()) out_.Member("id", message.tool_call_id);
    out_.Member("name", names_.NameOf(message)).Key("response").BeginObject();
    out_.Member(message.tool_failed ? "error" : "output", message.text);
    out_.EndObject().EndObject().EndObject();
  }

  const ProviderRow& row_;
  const ContentsStyle& style_;
  json::TextWriter& out_;
  CallNames names_;
  std::string_view role_;  // of the turn that is open
};

bool IsInstruction(const Message& message) {
  return message.role == Role::kSystem && !message.text.empty();
}

void WriteSystemInstruction(const ChatRequest& request, json::TextWriter& out) {
  if (std::ranges::none_of(request.messages, IsInstruction)) return;
  out.Key("systemInstruction").BeginObject().Key("parts").BeginArray();
  for (const Message& message : request.messages) {
    if (!IsInstruction(message)) continue;
    out.BeginObject().Member("text", message.text).EndObject();
  }
  out.EndArray().EndObject();
}

}  // namespace

void WriteChat(
    const ProviderRow& row,
    const ChatRequest& request,
    const ContentsStyle& style,
    json::TextWriter& out
) {
  if (!style.system_in_chat) WriteSystemInstruction(request, out);
  ContentsWriter contents(row, style, out);
  if (style.system_in_chat) {
    for (const Message& message : request.messages) {
      if (IsInstruction(message)) contents.AddText(kUser, message.text);
    }
  }
  for (const Message& message : request.messages) contents.Add(message);
  contents.End();
}

}  // namespace extractd::providers::gemini
