// Reads streamed replies: the content comes block by block, the usage behind the end.
#include <utility>
#include <variant>

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/bedrock/content.h"

namespace extractd::providers::bedrock_converse {
namespace {

class ConverseStreamDecoder final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    const json::ParseResult parsed = json::ParseView(event.data);
    const auto* document = std::get_if<json::Document>(&parsed);
    const json::Value* data = document == nullptr ? nullptr : &document->root();
    if (!IsKnown(event.name)) return ReadOther(event, data);
    if (data == nullptr || !data->is_object()) {
      return Fail({
          .failure = SendFailure::kMalformed,
          .message = fmt::format("the event '{}' is not a JSON object", event.name),
      });
    }
    return ReadKnown(event.name, *data, sink);
  }

  SendResult Finish() override {
    if (!failure_.ok()) return std::move(failure_);
    if (!stopped_) {
      return {
          .failure = SendFailure::kMalformed, .message = "the stream ended before the message did"
      };
    }
    SendResult result;
    reply_.sanitized = MendText(blocks_);
    reply_.message = MessageOf(blocks_);
    result.reply = std::move(reply_);
    return result;
  }

 private:
  static bool IsKnown(std::string_view name) {
    return name == "messageStart" || name == "contentBlockStart" || name == "contentBlockDelta" ||
           name == "contentBlockStop" || name == "messageStop" || name == "metadata";
  }

  bool ReadKnown(std::string_view name, const json::Value& data, DeltaSink& sink) {
    if (name == "contentBlockStart") {
      ReadStart(data);
    } else if (name == "contentBlockDelta") {
      ReadDelta(data, sink);
    } else if (name == "contentBlockStop") {
      ReadStop(data, sink);
    } else if (name == "messageStop") {
      reply_.finish_reason = FinishReasonOf(json::StringMember(data, "stopReason"));
      stopped_ = true;
    } else if (name == "metadata") {
      reply_.usage = UsageOf(data.Find("usage"));
      has_usage_ = true;
    }
    return !stopped_ || !has_usage_;
  }

  // An exception or error, which has a message or nothing but text; or an event that came into the
  // protocol later, which is passed over.
  bool ReadOther(const StreamEvent& event, const json::Value* data) {
    const json::Value* message = data == nullptr ? nullptr : data->Find("message");
    const bool is_object = data != nullptr && data->is_object();
    if (event.name.empty() || (is_object && (message == nullptr || !message->is_string()))) {
      return true;
    }
    return Fail(ClassifyError(200, event.name, is_object ? message->string() : event.data, {}));
  }

  bool Fail(SendResult failure) {
    failure_ = std::move(failure);
    return false;
  }

  // The block that an event is about; a new one if nothing of it has come yet.
  Block& BlockOf(const json::Value& data) {
    const auto index = json::IntegerMember(data, "contentBlockIndex").value_or(0);
    const auto [place, is_new] = places_.try_emplace(index, blocks_.size());
    if (is_new) blocks_.push_back({.kind = BlockKind::kText});
    return blocks_[place->second];
  }

  void ReadStart(const json::Value& data) {
    const json::Value* tool = json::FindPath(data, {"start", "toolUse"});
    if (tool == nullptr) return;
    Block& block = BlockOf(data);
    block.kind = BlockKind::kToolUse;
    block.tool_id = std::string(json::StringMember(*tool, "toolUseId"));
    block.tool = std::string(json::StringMember(*tool, "name"));
    block.server_tool = json::StringMember(*tool, "type") == "server_tool_use";
    if (!block.server_tool) calls_.emplace(&block - blocks_.data(), calls_.size());
  }

  void ReadDelta(const json::Value& data, DeltaSink& sink) {
    const json::Value* delta = data.Find("delta");
    if (delta == nullptr) return;
    Block& block = BlockOf(data);
    if (const json::Value* text = delta->Find("text"); text != nullptr && text->is_string()) {
      block.text += text->string();
      sink.OnText(text->string());
    } else if (const json::Value* tool = delta->Find("toolUse"); tool != nullptr) {
      AddArguments(block, json::StringMember(*tool, "input"), sink);
    } else if (const json::Value* thought = delta->Find("reasoningContent"); thought != nullptr) {
      AddThought(block, *thought, sink);
    } else if (const json::Value* citation = delta->Find("citation"); citation != nullptr) {
      reply_.citations.push_back(ReadCitation(*citation));
    }
  }

  void AddArguments(Block& block, std::string_view piece, DeltaSink& sink) {
    block.arguments += piece;
    const auto call = calls_.find(&block - blocks_.data());
    if (call != calls_.end() && !piece.empty()) sink.OnArguments(call->second, block.tool, piece);
  }

  void AddThought(Block& block, const json::Value& thought, DeltaSink& sink) {
    const std::string_view redacted = json::StringMember(thought, "redactedContent");
    block.kind = redacted.empty() ? BlockKind::kReasoning : BlockKind::kRedacted;
    block.opaque.append(redacted).append(json::StringMember(thought, "signature"));
    const std::string_view text = json::StringMember(thought, "text");
    if (text.empty()) return;
    block.text += text;
    sink.OnThinking(text);
  }

  // A call without arguments comes without a piece of them.
  void ReadStop(const json::Value& data, DeltaSink& sink) {
    Block& block = BlockOf(data);
    if (block.kind == BlockKind::kToolUse && block.arguments.empty()) {
      AddArguments(block, "{}", sink);
    }
  }

  std::vector<Block> blocks_;
  absl::flat_hash_map<std::int64_t, size_t> places_;   // in blocks_, by the provider's index
  absl::flat_hash_map<std::ptrdiff_t, size_t> calls_;  // index of the call, by place in blocks_
  ChatReply reply_;
  SendResult failure_;
  bool stopped_ = false;
  bool has_usage_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> NewStreamDecoder() {
  return std::make_unique<ConverseStreamDecoder>();
}

}  // namespace extractd::providers::bedrock_converse
