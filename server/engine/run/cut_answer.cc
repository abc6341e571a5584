#include "server/engine/run/cut_answer.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "server/modes/mode_handler.h"

namespace extractd {
namespace {

constexpr std::string_view kGoOn =
    "Your answer was cut by the length limit. Go on exactly where it stopped: write the characters "
    "that follow its last one, with nothing before them, no code fence and no repetition.";

// The rest without the code fence that it may stand in all the same.
std::string_view WithoutFence(std::string_view text) {
  constexpr std::string_view kFence = "```";
  if (!text.starts_with(kFence)) return text;
  text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const size_t end = text.rfind(kFence);
  return end == std::string_view::npos ? text : text.substr(0, end);
}

// The form in which the model was shown the schema.
const SchemaText& SchemaOf(const ChatRequest& request, const SchemaText& otherwise) {
  if (request.schema.has_value()) return *request.schema;
  return request.tools.empty() ? otherwise : request.tools.front();
}

}  // namespace

std::optional<AttemptKind> CutAnswer::Next(const ChatReply& reply) {
  const Plan& plan = *run_.plan;
  if (plan.retry.on_truncated == OnTruncated::kFail) return std::nullopt;
  if (!run_.asks_for_part) text_.clear();
  if (plan.retry.on_truncated == OnTruncated::kContinue && plan.tools.empty()) {
    const absl::StatusOr<std::string_view> text = plan.handler->mode->Find(reply);
    if (!text.ok() || text->size() <= text_.size()) return std::nullopt;  // nothing came of it
    text_ = *text;
    return AttemptKind::kContinuation;
  }
  const std::optional<std::int32_t> raised = Raised(reply);
  if (!raised.has_value()) return std::nullopt;
  limit_ = raised;
  return AttemptKind::kRaisedLimit;
}

std::optional<std::int32_t> CutAnswer::Raised(const ChatReply& reply) const {
  const ChatRequest& request = run_.plan->request;
  constexpr std::int64_t kHighest = std::numeric_limits<std::int32_t>::max();
  const std::int64_t used = std::min(reply.usage.output_tokens, kHighest);
  const std::int64_t now =
      limit_.value_or(request.generation.max_output_tokens.value_or(static_cast<int>(used)));
  const std::int64_t of_model = run_.plan->upstream->MaxOutputTokens(request);
  const std::int64_t raised = std::min(now * 2, of_model > 0 ? of_model : kHighest);
  if (raised <= now) return std::nullopt;
  return static_cast<std::int32_t>(raised);
}

// In plain text: neither the arguments of a tool nor a format would take half an object.
ChatRequest CutAnswer::Request() const {
  const Plan& plan = *run_.plan;
  const Unshaped& unshaped = *plan.unshaped;
  ChatRequest request = {
      .model = plan.request.model,
      .messages = unshaped.messages,
      .generation = plan.request.generation,
      .include_thinking = plan.request.include_thinking,
      .extra_body = plan.request.extra_body,
  };
  const SchemaText compact = {.name = plan.schema_name, .json = plan.schema->compact};
  FindModeHandler(mode_names::kMdJson)
      ->Ask(SchemaOf(plan.request, compact), unshaped.style, request);
  request.messages.push_back({.role = Role::kAssistant, .text = text_});
  request.messages.push_back({.text = std::string(kGoOn)});
  return request;
}

ChatReply CutAnswer::Join(const ChatReply& rest) const {
  ChatReply joined = rest;
  joined.message = {.role = Role::kAssistant, .text = text_};
  joined.message.text += WithoutFence(rest.message.text);
  return joined;
}

}  // namespace extractd
