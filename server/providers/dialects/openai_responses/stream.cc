// Reads streamed replies: events of many types, of which one, the last, holds the reply whole.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/json/merge.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"

namespace extractd::providers::openai_responses {
namespace {

class ResponsesStreamDecoder final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    if (event.data.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
    if (event.data.starts_with("[DONE]")) return false;
    const BodyText text = ReadBodyText(event.data, "an event of the stream");
    if (!text.document.has_value()) {
      result_ = SendResult{.failure = SendFailure::kMalformed, .message = text.problem};
      return false;
    }
    sanitized_ = sanitized_ || text.sanitized;
    const json::Value& root = text.document->root();
    const std::string_view type = json::StringMember(root, "type");
    return ReadEvent(type.empty() ? event.name : type, root, sink);
  }

  SendResult Finish() override {
    if (!result_.has_value()) {
      return {
          .failure = SendFailure::kMalformed,
          .message = "the stream ended before the reply did",
      };
    }
    result_->reply.sanitized = result_->reply.sanitized || sanitized_;
    return *std::move(result_);
  }

 private:
  // A call of a function whose arguments come in pieces.
  struct Call {
    std::int64_t output_index = 0;
    std::string name = {};
    bool has_pieces = false;
  };

  bool ReadEvent(std::string_view type, const json::Value& event, DeltaSink& sink) {
    if (type.ends_with(".delta")) {
      ReadDelta(type, event, sink);
    } else if (type == "response.output_item.added") {
      ReadItem(event, sink);
    } else if (type == "response.output_item.done") {
      ReadFinishedItem(event, sink);
    } else if (type == "response.completed" || type == "response.incomplete" ||
               type == "response.failed" || type == "response.done") {
      return ReadEnd(event);
    } else if (type == "error" || HasError(event)) {
      result_ = openai_chat::ClassifyError(200, event);
      return false;
    }
    return true;
  }

  void ReadDelta(std::string_view type, const json::Value& event, DeltaSink& sink) {
    if (type == "response.output_text.delta") {
      if (!comments_) sink.OnText(json::StringMember(event, "delta"));
    } else if (type == "response.function_call_arguments.delta") {
      ReadArguments(event, sink);
    } else if (type == "response.reasoning_summary_text.delta" ||
               type == "response.reasoning_text.delta") {
      sink.OnThinking(json::StringMember(event, "delta"));
    }
  }

  static bool HasError(const json::Value& event) {
    const json::Value* error = event.Find("error");
    return error != nullptr && !error->is_null();
  }

  static std::int64_t OutputIndex(const json::Value& event) {
    return json::IntegerMember(event, "output_index").value_or(0);
  }

  // The call that the event is about; it is nearly always the last.
  std::optional<size_t> CallOf(const json::Value& event) const {
    const std::int64_t output_index = OutputIndex(event);
    for (size_t i = calls_.size(); i > 0; --i) {
      if (calls_[i - 1].output_index == output_index) return i - 1;
    }
    return std::nullopt;
  }

  void ReadItem(const json::Value& event, DeltaSink& sink) {
    const json::Value* item = event.Find("item");
    if (item == nullptr) return;
    const std::string_view type = json::StringMember(*item, "type");
    if (type == "message") comments_ = json::StringMember(*item, "phase") == "commentary";
    if (type != "function_call" || calls_.size() == kMaxCalls) return;
    calls_.push_back({
        .output_index = OutputIndex(event),
        .name = std::string(json::StringMember(*item, "name")),
    });
    sink.OnArguments(calls_.size() - 1, calls_.back().name, "");
  }

  void ReadArguments(const json::Value& event, DeltaSink& sink) {
    const std::optional<size_t> call = CallOf(event);
    if (!call.has_value()) return;
    calls_[*call].has_pieces = true;
    sink.OnArguments(*call, calls_[*call].name, json::StringMember(event, "delta"));
  }

  // Some send the arguments of a call whole, with its end.
  void ReadFinishedItem(const json::Value& event, DeltaSink& sink) {
    const json::Value* item = event.Find("item");
    if (item == nullptr) return;
    const std::optional<size_t> call = CallOf(event);
    const bool is_call = json::StringMember(*item, "type") == "function_call";
    if (is_call && call.has_value() && !calls_[*call].has_pieces) {
      sink.OnArguments(*call, calls_[*call].name, json::StringMember(*item, "arguments"));
    }
    items_.push_back(json::ToText(*item));
  }

  // Some leave the output out of the last event, as all its items have come before.
  bool ReadEnd(const json::Value& event) {
    const json::Value* response = event.Find("response");
    if (response == nullptr || !response->is_object()) {
      result_ =
          SendResult{.failure = SendFailure::kMalformed, .message = "the reply has no output"};
      return false;
    }
    const json::Value* output = response->Find("output");
    if ((output != nullptr && output->size() > 0) || items_.empty()) {
      result_ = DecodeResponse(*response);
      return false;
    }
    json::TextWriter patch;
    patch.BeginObject().Key("output").BeginArray();
    for (const std::string& item : items_) patch.Raw(item);
    patch.EndArray().EndObject();
    const json::ParseResult parsed = json::ParseView(patch.text());
    if (const auto* document = std::get_if<json::Document>(&parsed)) {
      result_ = DecodeResponse(json::Merge(*response, document->root()).root());
    }
    return false;
  }

  // No model calls so many tools at once.
  static constexpr size_t kMaxCalls = 1024;

  std::optional<SendResult> result_;
  std::vector<Call> calls_;
  std::vector<std::string> items_;
  bool comments_ = false;
  bool sanitized_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> NewStreamDecoder() {
  return std::make_unique<ResponsesStreamDecoder>();
}

}  // namespace extractd::providers::openai_responses
