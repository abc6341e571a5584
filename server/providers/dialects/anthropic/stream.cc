#include "server/providers/dialects/anthropic/stream.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/anthropic/decode.h"
#include "server/providers/dialects/anthropic/errors.h"
#include "server/providers/dialects/anthropic/stream_block.h"
#include "server/providers/dialects/body_text.h"

namespace extractd::providers::anthropic {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

// message_start (content_block_start content_block_delta* content_block_stop)* message_delta
// message_stop; pings, errors and events of later versions anywhere between them.
class MessageStream final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    if (ended_) return false;
    if (event.data.empty()) return true;
    const BodyText text = ReadBodyText(event.data, "an event of the stream");
    if (!text.document.has_value()) return End(Malformed(text.problem));
    sanitized_ = sanitized_ || text.sanitized;
    return ReadEvent(text.document->root(), sink);
  }

  SendResult Finish() override {
    SendResult result;
    if (!failure_.ok()) {
      result = std::move(failure_);
    } else if (!stopped_.empty()) {
      result = MakeReply();
    } else {
      result = Malformed("the stream ended before the reply did");
    }
    result.reply.usage = UsageOf(counts_);
    return result;
  }

 private:
  bool End(SendResult failure = {}) {
    ended_ = true;
    failure_ = std::move(failure);
    return false;
  }

  bool ReadEvent(const json::Value& event, DeltaSink& sink) {
    const std::string_view type = json::StringMember(event, "type");
    if (type == "content_block_delta") {
      AddToBlock(event, sink);
    } else if (type == "content_block_start") {
      StartBlock(event, sink);
    } else if (type == "content_block_stop") {
      if (StreamBlock* block = BlockOf(event)) block->End(sink);
    } else if (type == "message_start") {
      ReadCounts(json::FindPath(event, {"message", "usage"}), counts_);
    } else if (type == "message_delta") {
      ReadCounts(event.Find("usage"), counts_);
      ReadDelta(event.Find("delta"));
    } else if (type == "message_stop") {
      if (stopped_.empty()) stopped_ = "{}";
      return End();
    } else if (type == "error" || event.Find("error") != nullptr) {
      return End(ClassifyError(200, event));
    }
    return true;
  }

  StreamBlock* BlockOf(const json::Value& event) {
    const auto found = places_.find(json::IntegerMember(event, "index").value_or(-1));
    return found == places_.end() ? nullptr : &blocks_[found->second];
  }

  // A block that was announced before stays what it is.
  void StartBlock(const json::Value& event, DeltaSink& sink) {
    const json::Value* start = event.Find("content_block");
    const std::int64_t index = json::IntegerMember(event, "index").value_or(-1);
    if (start == nullptr || !start->is_object() || places_.contains(index)) return;
    places_[index] = blocks_.size();
    blocks_.emplace_back(*start, calls_, sink);
    if (blocks_.back().is_call()) ++calls_;
  }

  void AddToBlock(const json::Value& event, DeltaSink& sink) {
    StreamBlock* block = BlockOf(event);
    const json::Value* delta = event.Find("delta");
    if (block != nullptr && delta != nullptr) block->Add(*delta, sink);
  }

  void ReadDelta(const json::Value* delta) {
    const bool stops = delta != nullptr && !json::StringMember(*delta, "stop_reason").empty();
    if (stops) stopped_ = json::ToText(*delta);
  }

  SendResult MakeReply() {
    json::TextWriter out;
    out.BeginArray();
    for (StreamBlock& block : blocks_) {
      if (block.Mend()) sanitized_ = true;
      block.Write(out);
    }
    out.EndArray();
    const json::ParseResult content = json::ParseView(out.text());
    const auto* blocks = std::get_if<json::Document>(&content);
    if (blocks == nullptr) return Malformed("the reply is nested too deeply");
    SendResult result;
    ChatReply& reply = result.reply;
    ReadContent(blocks->root(), reply);
    KeepArguments(reply.message.tool_calls);
    const json::ParseResult stopped = json::ParseView(stopped_);
    if (const auto* document = std::get_if<json::Document>(&stopped)) {
      ReadStop(document->root(), reply);
    }
    reply.sanitized = reply.sanitized || sanitized_;
    return result;
  }

  // What the model wrote counts, not the object that was made of it for the way back.
  void KeepArguments(std::vector<ToolCall>& calls) const {
    size_t next = 0;
    for (const StreamBlock& block : blocks_) {
      if (!block.is_call() || next == calls.size()) continue;
      if (!block.arguments().empty()) calls[next].arguments = block.arguments();
      ++next;
    }
  }

  std::vector<StreamBlock> blocks_;
  absl::flat_hash_map<std::int64_t, size_t> places_;  // in blocks_, by the index of events
  size_t calls_ = 0;
  TokenCounts counts_;
  std::string stopped_;  // JSON object that says why; empty: the end has not come
  bool ended_ = false;
  bool sanitized_ = false;
  SendResult failure_;
};

}  // namespace

std::unique_ptr<StreamDecoder> NewStreamDecoder() {
  return std::make_unique<MessageStream>();
}

}  // namespace extractd::providers::anthropic
