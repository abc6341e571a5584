#include "server/providers/dialects/body.h"

#include <utility>
#include <variant>

#include "server/base/status_macros.h"
#include "server/json/merge.h"
#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::providers {

absl::StatusOr<std::string> MergeBodies(std::string base, std::string patch) {
  if (base.empty()) return patch;
  if (patch.empty()) return base;
  const json::ParseResult under = json::ParseView(base);
  const json::ParseResult over = json::ParseView(patch);
  const auto* base_document = std::get_if<json::Document>(&under);
  const auto* patch_document = std::get_if<json::Document>(&over);
  if (base_document == nullptr || patch_document == nullptr || !base_document->root().is_object() ||
      !patch_document->root().is_object()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  return json::ToText(json::Merge(base_document->root(), patch_document->root()).root());
}

bool IsToldNotToReason(const Generation& generation) {
  return generation.reasoning_effort == ReasoningEffort::kNone ||
         generation.thinking_budget_tokens == 0;
}

absl::StatusOr<std::string> CompleteBody(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    std::string written
) {
  ASSIGN_OR_RETURN(std::string body, MergeBodies(model.body, std::move(written)));
  ASSIGN_OR_RETURN(body, MergeBodies(row.body, std::move(body)));
  const bool must_not = !request.tools.empty() && model.tools_need_reasoning_off;
  if (must_not || IsToldNotToReason(request.generation)) {
    ASSIGN_OR_RETURN(body, MergeBodies(std::move(body), model.reasoning_off));
  }
  return MergeBodies(std::move(body), request.extra_body);
}

}  // namespace extractd::providers
