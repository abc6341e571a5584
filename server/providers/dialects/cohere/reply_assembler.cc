#include "server/providers/dialects/cohere/reply_assembler.h"

#include <algorithm>
#include <array>
#include <utility>

#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/json/decimal.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/cohere/cohere_chat.h"

namespace extractd::providers::cohere {
namespace {

constexpr double kMaxCount = 1e15;

struct FinishName {
  std::string_view name;
  FinishReason reason;
};
constexpr std::array kFinishNames = {
    FinishName{.name = "COMPLETE", .reason = FinishReason::kStop},
    FinishName{.name = "STOP_SEQUENCE", .reason = FinishReason::kStop},
    FinishName{.name = "TOOL_CALL", .reason = FinishReason::kToolCalls},
    FinishName{.name = "MAX_TOKENS", .reason = FinishReason::kLength},
    FinishName{.name = "ERROR_LIMIT", .reason = FinishReason::kLength},
    FinishName{.name = "ERROR_TOXIC", .reason = FinishReason::kContentFilter},
};

FinishReason ReasonOf(std::string_view word) {
  for (const FinishName& known : kFinishNames) {
    if (word == known.name) return known.reason;
  }
  return word.empty() ? FinishReason::kUnspecified : FinishReason::kOther;
}

// The generation broke; the same request may succeed.
bool IsProviderFailure(std::string_view word) {
  return word == "ERROR" || word == "TIMEOUT";
}

// Counts are numbers of any kind: 12, 12.0, 12.5. Parts of a token count as one.
std::int64_t CountOf(const json::Value* value) {
  if (value == nullptr || !value->is_number()) return 0;
  if (const auto exact = json::ToInt64(value->number())) return std::max<std::int64_t>(0, *exact);
  double number = 0;
  if (!absl::SimpleAtod(Absl(value->number()), &number)) return 0;
  const auto whole = static_cast<std::int64_t>(std::clamp(number, 0.0, kMaxCount));
  return static_cast<double>(whole) < number && number < kMaxCount ? whole + 1 : whole;
}

// The count in the first of two groups that has it.
std::int64_t CountIn(
    const json::Value& usage, std::string_view first, std::string_view second, std::string_view name
) {
  const json::Value* count = json::FindPath(usage, {first, name});
  return CountOf(count != nullptr ? count : json::FindPath(usage, {second, name}));
}

// `tokens` is what the model read, with Cohere's own preamble, `billed_units` what is paid for.
// Cached tokens are counted among the former, so that the input is that; the output is the latter.
Usage ReadUsage(const json::Value* usage) {
  if (usage == nullptr || !usage->is_object()) return {};
  Usage read = {
      .input_tokens = CountIn(*usage, "tokens", "billed_units", "input_tokens"),
      .output_tokens = CountIn(*usage, "billed_units", "tokens", "output_tokens"),
      .reasoning_tokens = CountOf(json::FindPath(*usage, {"tokens", "reasoning_tokens"})),
  };
  read.cached_input_tokens = std::min(read.input_tokens, CountOf(usage->Find("cached_tokens")));
  read.reasoning_tokens = std::min(read.reasoning_tokens, read.output_tokens);
  return read;
}

std::string ArgumentsOf(const json::Value& function) {
  const json::Value* arguments = function.Find("arguments");
  if (arguments == nullptr || arguments->is_null()) return {};
  return arguments->is_string() ? std::string(arguments->string()) : json::ToText(*arguments);
}

// A source is a document that was sent, or what a tool gave.
Citation CitationOf(std::string_view text, const json::Value& source) {
  const json::Value* document = source.Find("document");
  if (document == nullptr) document = source.Find("tool_output");
  Citation citation = {.text = std::string(text)};
  if (document != nullptr) {
    citation.title = std::string(json::StringMember(*document, "title"));
    citation.url = std::string(json::StringMember(*document, "url"));
  }
  const std::string_view id = json::StringMember(source, "id");
  const bool address = id.starts_with("https://") || id.starts_with("http://");
  if (citation.url.empty() && address) citation.url = std::string(id);
  if (citation.title.empty()) citation.title = std::string(id);
  return citation;
}

std::int64_t IndexOf(const json::Value& event) {
  return json::IntegerMember(event, "index").value_or(0);
}

}  // namespace

bool ReplyAssembler::Fail(SendFailure failure, std::string_view message) {
  if (!failure_.has_value()) failure_ = {.failure = failure, .message = std::string(message)};
  return false;
}

ReplyAssembler::Block* ReplyAssembler::BlockAt(std::int64_t index, bool thinking) {
  const auto found = std::find_if(blocks_.rbegin(), blocks_.rend(), [&](const Block& block) {
    return block.index == index && block.thinking == thinking;
  });
  if (found != blocks_.rend()) return &*found;
  if (blocks_.size() == kMaxParts) return nullptr;
  return &blocks_.emplace_back(Block{.index = index, .thinking = thinking});
}

void ReplyAssembler::AddPiece(
    std::int64_t index, bool thinking, std::string_view piece, DeltaSink& sink
) {
  Block* block = piece.empty() ? nullptr : BlockAt(index, thinking);
  if (block == nullptr) return;
  block->text += piece;
  thinking ? sink.OnThinking(piece) : sink.OnText(piece);
}

void ReplyAssembler::ReadContent(std::int64_t index, const json::Value& part, DeltaSink& sink) {
  AddPiece(index, true, json::StringMember(part, "thinking"), sink);
  AddPiece(index, false, json::StringMember(part, "text"), sink);
}

size_t ReplyAssembler::CallAt(std::int64_t index) {
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(), [index](const Call& call) {
    return call.index == index;
  });
  if (found != calls_.rend()) return static_cast<size_t>(calls_.rend() - found) - 1;
  if (calls_.size() == kMaxParts) return kMaxParts;
  calls_.push_back({.index = index});
  return calls_.size() - 1;
}

void ReplyAssembler::ReadCall(std::int64_t index, const json::Value& call, DeltaSink& sink) {
  const json::Value* function = call.Find("function");
  if (function == nullptr) return;
  const size_t place = CallAt(index);
  if (place == kMaxParts) return;
  ToolCall& known = calls_[place].call;
  if (known.id.empty()) known.id = std::string(json::StringMember(call, "id"));
  if (known.name.empty()) known.name = std::string(json::StringMember(*function, "name"));
  const std::string piece = ArgumentsOf(*function);
  known.arguments += piece;
  sink.OnArguments(place, known.name, piece);
}

void ReplyAssembler::ReadPlan(const json::Value& message, DeltaSink& sink) {
  const std::string_view piece = json::StringMember(message, "tool_plan");
  if (piece.empty()) return;
  plan_ += piece;
  sink.OnThinking(piece);
}

// One object in an event, a list in a whole reply.
void ReplyAssembler::ReadCitations(const json::Value& message) {
  const json::Value* said = message.Find("citations");
  if (said == nullptr) return;
  const auto read = [this](const json::Value& citation) {
    const json::Value* sources = citation.Find("sources");
    if (sources == nullptr || !sources->is_array()) return;
    for (const json::Value& source : *sources) {
      if (citations_.size() == kMaxParts) return;
      citations_.push_back(CitationOf(json::StringMember(citation, "text"), source));
    }
  };
  if (said->is_object()) read(*said);
  if (!said->is_array()) return;
  for (const json::Value& citation : *said) read(citation);
}

void ReplyAssembler::ReadEnd(const json::Value& end) {
  ended_ = true;
  finish_word_ = std::string(json::StringMember(end, "finish_reason"));
  usage_ = ReadUsage(end.Find("usage"));
  const json::Value* error = end.Find("error");
  if (error != nullptr && !error->is_null()) {
    const std::string said =
        error->is_string() ? std::string(error->string()) : json::ToText(*error);
    failure_ = FailureOf(500, said, "");
  } else if (IsProviderFailure(finish_word_)) {
    Fail(SendFailure::kServerError, fmt::format("the provider stopped with '{}'", finish_word_));
  }
}

void ReplyAssembler::ReadWhole(const json::Value& body, DeltaSink& sink) {
  const json::Value* message = body.Find("message");
  if (message == nullptr || !message->is_object()) {
    Fail(SendFailure::kMalformed, "the reply has no message");
    return;
  }
  ReadPlan(*message, sink);
  std::int64_t index = 0;
  if (const json::Value* content = message->Find("content"); content != nullptr) {
    if (content->is_string()) AddPiece(0, false, content->string(), sink);
    for (const json::Value& part : *content) ReadContent(index++, part, sink);
  }
  index = 0;
  if (const json::Value* calls = message->Find("tool_calls"); calls != nullptr) {
    for (const json::Value& call : *calls) ReadCall(index++, call, sink);
  }
  ReadCitations(*message);
  ReadEnd(body);
}

bool ReplyAssembler::ReadEvent(const json::Value& event, DeltaSink& sink) {
  const json::Value* delta = event.Find("delta");
  if (json::StringMember(event, "type") == "message-end") {
    if (delta == nullptr) return Fail(SendFailure::kMalformed, "the last event says nothing");
    ReadEnd(*delta);
    return false;
  }
  const json::Value* message = delta == nullptr ? nullptr : delta->Find("message");
  if (message == nullptr) return true;
  ReadPlan(*message, sink);
  // Single objects in events; the first one has empty lists.
  const json::Value* content = message->Find("content");
  if (content != nullptr && content->is_object()) ReadContent(IndexOf(event), *content, sink);
  const json::Value* call = message->Find("tool_calls");
  if (call != nullptr && call->is_object()) ReadCall(IndexOf(event), *call, sink);
  ReadCitations(*message);
  return true;
}

std::string ReplyAssembler::Verbatim() const {
  json::TextWriter out;
  out.BeginObject().Member("role", "assistant");
  if (!plan_.empty()) out.Member("tool_plan", plan_);
  if (!calls_.empty()) {
    out.Key("tool_calls").BeginArray();
    for (const Call& known : calls_) {
      const ToolCall& call = known.call;
      out.BeginObject().Member("id", call.id).Member("type", "function").Key("function");
      out.BeginObject().Member("name", call.name).Member("arguments", call.arguments);
      out.EndObject().EndObject();
    }
    out.EndArray();
  }
  if (!blocks_.empty()) {
    out.Key("content").BeginArray();
    for (const Block& block : blocks_) {
      const std::string_view kind = block.thinking ? "thinking" : "text";
      out.BeginObject().Member("type", kind).Member(kind, block.text).EndObject();
    }
    out.EndArray();
  }
  out.EndObject();
  return std::move(out).Take();
}

void ReplyAssembler::FillMessage(Message& message) const {
  if (!plan_.empty()) message.thinking.push_back({.text = plan_});
  for (const Block& block : blocks_) {
    if (block.thinking) {
      message.thinking.push_back({.text = block.text});
    } else {
      message.text += block.text;
    }
  }
  for (const Call& known : calls_) message.tool_calls.push_back(known.call);
}

SendResult ReplyAssembler::Finish() {
  if (!failure_.has_value() && !ended_) {
    Fail(SendFailure::kMalformed, "the stream ended before the reply did");
  }
  if (failure_.has_value()) {
    failure_->reply.usage = usage_;
    return *failure_;
  }
  SendResult result;
  ChatReply& reply = result.reply;
  for (Block& block : blocks_) reply.sanitized |= MendHalves(block.text);
  for (Call& known : calls_) {
    reply.sanitized |= MendHalves(known.call.arguments);
    reply.sanitized |= MendHalves(known.call.name);
    reply.sanitized |= MendHalves(known.call.id);
  }
  reply.sanitized |= MendHalves(plan_);
  for (Citation& citation : citations_) {
    MendHalves(citation.text);
    MendHalves(citation.url);
    MendHalves(citation.title);
  }
  FillMessage(reply.message);
  // Plans and thoughts go back as they came; what has none is said by the fields.
  if (!reply.message.thinking.empty()) reply.message.verbatim = Verbatim();
  reply.citations = std::move(citations_);
  reply.finish_reason = ReasonOf(finish_word_);
  reply.usage = usage_;
  return result;
}

}  // namespace extractd::providers::cohere
