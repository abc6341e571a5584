#include "server/providers/dialects/anthropic/content.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "server/base/status_macros.h"
#include "server/json/read.h"
#include "server/providers/dialects/anthropic/media_block.h"
#include "server/providers/dialects/media.h"

namespace extractd::providers::anthropic {
namespace {

using Turn = std::span<const Message* const>;

// A conversation must end with the user; one that is a transcript need not.
constexpr std::string_view kLastWords = "Extract the data from the conversation.";
constexpr std::string_view kNoResult = "This call was not answered.";

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

bool HasVerbatim(const Message& message) {
  return message.role == Role::kAssistant && message.verbatim.size() > 2 &&
         message.verbatim.front() == '[';
}

// The API refuses texts of nothing but white space.
bool SaysNothing(const Message& message) {
  return message.role != Role::kTool && IsBlank(message.text) && message.media.empty() &&
         message.tool_calls.empty() && message.thinking.empty() && !HasVerbatim(message);
}

bool IsModels(const Message& message) {
  return message.role == Role::kAssistant;
}

void WriteText(std::string_view text, json::TextWriter& out) {
  if (IsBlank(text)) return;
  out.BeginObject().Member("type", "text").Member("text", text).EndObject();
}

absl::Status WriteUserBlocks(
    const Message& message, std::string_view provider, json::TextWriter& out
) {
  return ForEachPart(
      message,
      [&out](std::string_view text) { WriteText(text, out); },
      [&](const Media& media) { return WriteMedia(media, provider, out); }
  );
}

// What a caller brings back of earlier thoughts. Unsigned ones are refused.
void WriteThinking(const Thinking& thinking, json::TextWriter& out) {
  if (thinking.opaque.empty()) return;
  const bool readable = !thinking.text.empty();
  out.BeginObject().Member("type", readable ? "thinking" : "redacted_thinking");
  if (readable) out.Member("thinking", thinking.text);
  out.Member(readable ? "signature" : "data", thinking.opaque).EndObject();
}

void WriteModelBlocks(const Message& message, json::TextWriter& out) {
  if (HasVerbatim(message)) {
    const std::string_view blocks = message.verbatim;
    out.Raw(blocks.substr(1, blocks.size() - 2));
    return;
  }
  for (const Thinking& thinking : message.thinking) WriteThinking(thinking, out);
  WriteText(message.text, out);
  for (const ToolCall& call : message.tool_calls) {
    out.BeginObject().Member("type", "tool_use").Member("id", call.id).Member("name", call.name);
    out.RawMember("input", InputOf(call.arguments)).EndObject();
  }
}

void WriteResult(std::string_view id, std::string_view text, bool failed, json::TextWriter& out) {
  out.BeginObject().Member("type", "tool_result").Member("tool_use_id", id).Member("content", text);
  if (failed) out.Member("is_error", true);
  out.EndObject();
}

// Writes the turns one after the other; a turn is a run of messages of one side.
class TurnWriter {
 public:
  TurnWriter(std::string_view provider, json::TextWriter& out) : provider_(provider), out_(out) {}

  absl::Status Write(Turn turn) {
    models_ = IsModels(*turn.front());
    out_.BeginObject().Member("role", models_ ? "assistant" : "user").Key("content");
    const bool plain = turn.size() == 1 && IsPlain(*turn.front());
    if (plain && open_calls_.empty()) {
      out_.String(turn.front()->text);
    } else {
      out_.BeginArray();
      RETURN_IF_ERROR(models_ ? WriteModels(turn) : WriteUsers(turn));
      out_.EndArray();
    }
    out_.EndObject();
    return absl::OkStatus();
  }

  // REQUIRES: the last turn was not the user's.
  void WriteLastWords() {
    out_.BeginObject().Member("role", "user").Key("content").BeginArray();
    WriteResults({});
    WriteText(kLastWords, out_);
    out_.EndArray().EndObject();
  }

  // The last turn was the model's, or there was none.
  bool needs_last_words() const { return models_; }

 private:
  static bool IsPlain(const Message& message) {
    return message.role != Role::kTool && message.media.empty() && message.tool_calls.empty() &&
           message.thinking.empty() && !HasVerbatim(message);
  }

  absl::Status WriteModels(Turn turn) {
    for (const Message* message : turn) {
      WriteModelBlocks(*message, out_);
      for (const ToolCall& call : message->tool_calls) open_calls_.push_back(call.id);
    }
    return absl::OkStatus();
  }

  absl::Status WriteUsers(Turn turn) {
    WriteResults(turn);
    for (const Message* message : turn) {
      if (message->role == Role::kUser) RETURN_IF_ERROR(WriteUserBlocks(*message, provider_, out_));
    }
    return absl::OkStatus();
  }

  // Every call must be answered in the turn after it, before anything else.
  void WriteResults(Turn turn) {
    for (const Message* message : turn) {
      if (message->role != Role::kTool) continue;
      WriteResult(message->tool_call_id, message->text, message->tool_failed, out_);
      std::erase(open_calls_, message->tool_call_id);
    }
    for (const std::string_view id : open_calls_) WriteResult(id, kNoResult, true, out_);
    open_calls_.clear();
  }

  std::string_view provider_;
  json::TextWriter& out_;
  bool models_ = true;
  std::vector<std::string_view> open_calls_;  // of the turns so far, without a result
};

void WriteSystem(std::span<const Message> messages, json::TextWriter& out) {
  std::string system;
  for (const Message& message : messages) {
    if (message.role != Role::kSystem || IsBlank(message.text)) continue;
    if (!system.empty()) system += "\n\n";
    system += message.text;
  }
  if (!system.empty()) out.Member("system", system);
}

}  // namespace

absl::Status WriteChat(
    std::span<const Message> messages, std::string_view provider, json::TextWriter& out
) {
  WriteSystem(messages, out);
  std::vector<const Message*> said;
  for (const Message& message : messages) {
    if (message.role != Role::kSystem && !SaysNothing(message)) said.push_back(&message);
  }
  out.Key("messages").BeginArray();
  TurnWriter writer(provider, out);
  for (Turn rest = said; !rest.empty();) {
    const bool models = IsModels(*rest.front());
    const auto end = std::ranges::find_if(rest, [models](const Message* message) {
      return IsModels(*message) != models;
    });
    const auto size = static_cast<size_t>(end - rest.begin());
    RETURN_IF_ERROR(writer.Write(rest.first(size)));
    rest = rest.subspan(size);
  }
  if (writer.needs_last_words()) writer.WriteLastWords();
  out.EndArray();
  return absl::OkStatus();
}

std::string InputOf(std::string_view arguments) {
  if (json::IsJsonObject(arguments)) return std::string(arguments);
  json::TextWriter out;
  out.BeginObject();
  if (!IsBlank(arguments)) out.Member("arguments", arguments);
  out.EndObject();
  return std::move(out).Take();
}

}  // namespace extractd::providers::anthropic
