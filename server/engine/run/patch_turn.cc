#include "server/engine/run/patch_turn.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/engine/strictness.h"
#include "server/json/parse.h"
#include "server/modes/feedback.h"
#include "server/modes/instruction.h"

namespace extractd {
namespace {

constexpr std::string_view kName = "patch";
constexpr std::string_view kDescription = "Corrected values for parts of an earlier answer.";

// `path` is `outer` or below it.
bool IsWithin(std::string_view path, std::string_view outer) {
  return path.starts_with(outer) && (path.size() == outer.size() || path[outer.size()] == '/');
}

std::string QuestionOf(const schema::Patch& patch) {
  std::string text = "An answer to this is there already; only these parts of it are not valid:\n";
  for (const schema::PatchPart& part : patch.parts) {
    std::string line = fmt::format("- {}: the value at {}", part.name, part.path);
    if (!part.context.empty()) line += fmt::format(", in {}", part.context);
    line += fmt::format(": {}\n", fmt::join(part.problems, "; "));
    if (text.size() + line.size() > kMaxFeedbackBytes) break;
    text += line;
  }
  return text + "Answer with the right values for these parts, and with nothing else.";
}

}  // namespace

bool PatchTurn::Begin(const Judgement& judged, const schema::IssueList& feedback) {
  const bool in_vain = patch_.has_value() && feedback.total >= feedback_.total;
  patch_.reset();
  if (!run_.plan->patches() || in_vain || judged.whole.empty() || run_.items_told() > 0) {
    return false;
  }
  const json::ParseResult parsed = json::ParseView(judged.whole);
  const auto* answer = std::get_if<json::Document>(&parsed);
  if (answer == nullptr) return false;
  patch_ = schema::MakePatch(run_.plan->schema->compiled->root(), answer->root(), feedback);
  if (!patch_.has_value() || !Prepare()) {
    patch_.reset();
    return false;
  }
  base_ = judged;
  feedback_ = feedback;
  return true;
}

// A slice that cannot be enforced where the whole is would be asked for in another way.
bool PatchTurn::Prepare() {
  auto prepared = schema::Prepare(patch_->schema, {});
  if (!prepared.ok()) return false;
  slice_ = *std::move(prepared);
  lowered_ = nullptr;
  if (!run_.plan->strict) return true;
  const schema::lower::Subset* subset = run_.plan->unshaped->subset;
  if (subset != nullptr) lowered_ = Usable(&slice_->Lower(*subset));
  return lowered_ != nullptr;
}

ChatRequest PatchTurn::Request() const {
  const Plan& plan = *run_.plan;
  const Unshaped& unshaped = *plan.unshaped;
  ChatRequest request = {
      .model = plan.request.model,
      .messages = unshaped.messages,
      .generation = plan.request.generation,
      .include_thinking = plan.request.include_thinking,
      .extra_body = plan.request.extra_body,
  };
  const bool carries = lowered_ != nullptr && lowered_->lowered.carries();
  AskStyle style = unshaped.style;
  style.outline = carries ? lowered_->outline : slice_->outline;
  const SchemaText text = {
      .name = kName,
      .description = kDescription,
      .json = lowered_ == nullptr ? slice_->compact : lowered_->lowered.json,
      .strict = lowered_ != nullptr,
  };
  plan.handler->mode->Ask(text, style, request);
  if (unshaped.frees_tools && !request.tools.empty()) FreeToolUse(style, request);
  request.messages.push_back({.text = QuestionOf(*patch_)});
  return request;
}

Judgement PatchTurn::Judge(const ChatReply& reply, std::string& error) {
  const Plan& plan = *run_.plan;
  const bool carries = lowered_ != nullptr && lowered_->lowered.carries();
  schema::Verdict part =
      JudgePart(plan, *slice_->compiled, carries ? &lowered_->lowered : nullptr, reply);
  const json::ParseResult parsed = json::ParseView(part.json);
  const auto* brought = std::get_if<json::Document>(&parsed);
  const json::ParseResult before = json::ParseView(base_.whole);
  const auto* answer = std::get_if<json::Document>(&before);
  if (brought == nullptr || !brought->root().is_object() || answer == nullptr) {
    error = "the patch could not be read";
    Judgement unchanged = base_;
    unchanged.valid = false;
    unchanged.feedback = feedback_;
    return unchanged;
  }
  const std::string whole = schema::ApplyPatch(answer->root(), *patch_, brought->root());
  Judgement judged = JudgeWhole(plan, whole, RepairsWith(std::move(part.repairs)));
  judged.parse_time += part.parse_time;
  judged.validate_time += part.validate_time;
  return judged;
}

// What was mended in the answer and is still there, and what in the reply, at the answer's places.
std::vector<json::Repair> PatchTurn::RepairsWith(std::vector<json::Repair> of_reply) const {
  std::vector<json::Repair> repairs;
  for (const json::Repair& repair : base_.whole_repairs) {
    const bool replaced = std::ranges::any_of(patch_->parts, [&](const schema::PatchPart& part) {
      return IsWithin(repair.path, part.path);
    });
    if (!replaced) repairs.push_back(repair);
  }
  for (json::Repair& repair : of_reply) {
    for (const schema::PatchPart& part : patch_->parts) {
      const std::string own = "/" + part.name;
      if (!IsWithin(repair.path, own)) continue;
      repair.path.replace(0, own.size(), part.path);
      break;
    }
    repairs.push_back(std::move(repair));
  }
  return repairs;
}

}  // namespace extractd
