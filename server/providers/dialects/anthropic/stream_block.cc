#include "server/providers/dialects/anthropic/stream_block.h"

#include <utility>
#include <variant>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "server/providers/dialects/anthropic/content.h"
#include "server/providers/dialects/body_text.h"

namespace extractd::providers::anthropic {
namespace {

// The member of `start` if there is one: what deltas add comes behind it.
std::optional<std::string> Begun(const json::Value& start, std::string_view member) {
  const json::Value* value = start.Find(member);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->string());
}

void Append(std::string_view piece, std::optional<std::string>& text) {
  if (!text.has_value()) text.emplace();
  *text += piece;
}

StreamBlock::Kind KindOf(const json::Value& start) {
  const std::string_view type = json::StringMember(start, "type");
  if (type == "text") return StreamBlock::Kind::kText;
  if (type == "thinking") return StreamBlock::Kind::kThinking;
  return type == "tool_use" ? StreamBlock::Kind::kCall : StreamBlock::Kind::kOther;
}

}  // namespace

StreamBlock::StreamBlock(const json::Value& start, size_t call_index, DeltaSink& sink)
    : start_(json::ToText(start)),
      tool_(json::StringMember(start, "name")),
      call_index_(call_index),
      kind_(KindOf(start)) {
  if (kind_ == Kind::kText) text_ = Begun(start, "text");
  if (kind_ == Kind::kThinking) {
    thinking_ = Begun(start, "thinking");
    signature_ = Begun(start, "signature");
  }
  if (const json::Value* citations = start.Find("citations"); citations != nullptr) {
    for (const json::Value& citation : *citations) citations_.push_back(json::ToText(citation));
  }
  // Some hosts announce a call with its whole input.
  const json::Value* input = start.Find("input");
  if (input != nullptr && input->size() > 0) input_ = json::ToText(*input);
  if (text_.has_value() && !text_->empty()) sink.OnText(*text_);
  if (thinking_.has_value() && !thinking_->empty()) sink.OnThinking(*thinking_);
  if (is_call()) sink.OnArguments(call_index_, tool_, input_);
}

void StreamBlock::Add(const json::Value& delta, DeltaSink& sink) {
  const std::string_view type = json::StringMember(delta, "type");
  if (type == "input_json_delta") {
    const std::string_view piece = json::StringMember(delta, "partial_json");
    input_ += piece;
    if (is_call() && !piece.empty()) sink.OnArguments(call_index_, tool_, piece);
  } else if (kind_ == Kind::kText) {
    AddToText(type, delta, sink);
  } else if (kind_ == Kind::kThinking) {
    AddToThinking(type, delta, sink);
  }
}

void StreamBlock::AddToText(std::string_view type, const json::Value& delta, DeltaSink& sink) {
  if (type == "text_delta") {
    const std::string_view piece = json::StringMember(delta, "text");
    Append(piece, text_);
    if (!piece.empty()) sink.OnText(piece);
  } else if (type == "citations_delta") {
    const json::Value* citation = delta.Find("citation");
    if (citation != nullptr) citations_.push_back(json::ToText(*citation));
  }
}

void StreamBlock::AddToThinking(std::string_view type, const json::Value& delta, DeltaSink& sink) {
  if (type == "thinking_delta") {
    const std::string_view piece = json::StringMember(delta, "thinking");
    Append(piece, thinking_);
    if (!piece.empty()) sink.OnThinking(piece);
  } else if (type == "signature_delta") {
    Append(json::StringMember(delta, "signature"), signature_);
  }
}

void StreamBlock::End(DeltaSink& sink) {
  if (!is_call() || !input_.empty()) return;
  input_ = "{}";
  sink.OnArguments(call_index_, tool_, input_);
}

bool StreamBlock::Mend() {
  bool lost = MendHalves(input_);
  if (text_.has_value() && MendHalves(*text_)) lost = true;
  if (thinking_.has_value() && MendHalves(*thinking_)) lost = true;
  return lost;
}

const std::string* StreamBlock::TextOf(std::string_view member) const {
  if (member == "text") return text_.has_value() ? &*text_ : nullptr;
  if (member == "thinking") return thinking_.has_value() ? &*thinking_ : nullptr;
  if (member == "signature") return signature_.has_value() ? &*signature_ : nullptr;
  return nullptr;
}

bool StreamBlock::IsReplaced(std::string_view member) const {
  if (member == "input") return !input_.empty();
  if (member == "citations") return !citations_.empty();
  return TextOf(member) != nullptr;
}

void StreamBlock::Write(json::TextWriter& out) const {
  const json::ParseResult parsed = json::ParseView(start_);
  const auto* start = std::get_if<json::Document>(&parsed);
  if (start == nullptr) return;  // cannot be: it was written from a value
  out.BeginObject();
  for (const json::Value& member : start->root()) {
    if (!IsReplaced(member.key())) out.RawMember(member.key(), json::ToText(member));
  }
  for (const std::string_view key : {"text", "thinking", "signature"}) {
    if (const std::string* text = TextOf(key)) out.Member(key, *text);
  }
  if (!input_.empty()) out.RawMember("input", InputOf(input_));
  if (!citations_.empty()) {
    out.Key("citations").BeginArray();
    for (const std::string& citation : citations_) out.Raw(citation);
    out.EndArray();
  }
  out.EndObject();
}

}  // namespace extractd::providers::anthropic
