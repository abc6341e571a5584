#include "server/engine/lessons.h"

namespace extractd {
namespace {

using Kind = Lesson::Kind;

// Another mode may do, unless the caller named this one.
std::optional<Lesson> WithoutMode(const Plan& plan) {
  if (plan.mode_named || plan.learned.Refuses(plan.mode())) return std::nullopt;
  return Lesson{.kind = Kind::kMode, .name = std::string(plan.mode())};
}

std::optional<Lesson> WithoutForce(const Plan& plan) {
  const bool forced = !plan.request.tools.empty() && plan.request.tool_use != ToolUse::kFree;
  if (!forced || plan.learned.no_forced_tool) return std::nullopt;
  return Lesson{.kind = Kind::kForcedTool};
}

std::optional<Lesson> WithoutFormat(const Plan& plan) {
  if (plan.request.tools.empty()) {
    return plan.request.format == AnswerFormat::kText ? std::nullopt : WithoutMode(plan);
  }
  const bool demanded = plan.provider_strict == ProviderStrict::kRequired;
  if (!plan.strict || demanded || plan.learned.no_enforcement) return std::nullopt;
  return Lesson{.kind = Kind::kEnforcement};
}

// A schema that is not taken as it is enforced may be taken unenforced, if the mode is of use then;
// else it still fits into a prompt.
std::optional<Lesson> WithoutSchema(const Plan& plan) {
  if (plan.provider_strict == ProviderStrict::kRequired) return std::nullopt;
  const ModeTraits& mode = plan.handler->mode->traits();
  if (!mode.provider_enforces || plan.learned.schema_use == SchemaUse::kPromptOnly) {
    return std::nullopt;
  }
  const bool less = plan.strict && mode.works_unenforced;
  if (less) return Lesson{.kind = Kind::kSchema, .schema_use = SchemaUse::kUnenforced};
  if (plan.mode_named || !plan.tools.empty()) return std::nullopt;
  return Lesson{.kind = Kind::kSchema, .schema_use = SchemaUse::kPromptOnly};
}

std::optional<Lesson> WithoutSetting(const Plan& plan, const std::string& name) {
  const Generation& generation = plan.request.generation;
  const bool set = (name == "temperature" && generation.temperature.has_value()) ||
                   (name == "top_p" && generation.top_p.has_value()) ||
                   (name == "seed" && generation.seed.has_value()) ||
                   (name == "stop" && !generation.stop.empty()) ||
                   (name == "reasoning" && (generation.reasoning_effort.has_value() ||
                                            generation.thinking_budget_tokens.has_value()));
  if (!set) return std::nullopt;
  return Lesson{.kind = Kind::kSetting, .name = name};
}

}  // namespace

std::optional<Lesson> LessonOf(const Plan& plan, const SendResult& sent) {
  switch (sent.wrong_belief) {
    case WrongBelief::kNone:
      return std::nullopt;
    case WrongBelief::kForcedTool:
      return WithoutForce(plan);
    case WrongBelief::kTools:
      return plan.request.tools.empty() ? std::nullopt : WithoutMode(plan);
    case WrongBelief::kSchema:
      return WithoutSchema(plan);
    case WrongBelief::kFormat:
      return WithoutFormat(plan);
    case WrongBelief::kParameter:
      return WithoutSetting(plan, sent.refused_parameter);
  }
  return std::nullopt;
}

}  // namespace extractd
