#include "server/engine/plan.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/model_limits.h"
#include "server/engine/strictness.h"
#include "server/json/parse.h"
#include "server/registry/mode_names.h"

namespace extractd {
namespace {

using schema::lower::Subset;

absl::Status InvalidField(std::string_view field, const std::string& problem) {
  return MakeError(
      {.reason = Reason::kInvalidRequest, .fields = {{std::string(field), problem}}},
      fmt::format("{}: {}", field, problem)
  );
}

// The provider and the provider's own name of the model; the latter may be empty.
struct ModelName {
  std::string_view provider;
  std::string_view model;
};

absl::StatusOr<ModelName> SplitModel(const ExtractCall& call, const CallSettings& settings) {
  if (!call.provider.empty()) return ModelName{call.provider, call.model};
  const std::string& name = call.model.empty() ? settings.default_model : call.model;
  if (name.empty()) {
    return InvalidField("model", "name one as provider/model, or configure default_model");
  }
  const size_t slash = name.find('/');
  if (slash == std::string::npos) {
    return InvalidField("model", fmt::format("'{}' names no provider: use provider/model", name));
  }
  const std::string_view text = name;
  return ModelName{text.substr(0, slash), text.substr(slash + 1)};
}

absl::StatusOr<std::string> ChooseModel(const ProviderRow& row, std::string_view model) {
  if (!model.empty()) return std::string(model);
  if (!row.default_model.empty()) return row.default_model;
  return MakeError(
      {.reason = Reason::kUnknownModel, .metadata = {{"provider", row.name}}},
      fmt::format("provider '{0}' has no default model: name one as {0}/model", row.name)
  );
}

// The modes that a model has at a provider, the best first.
std::span<const std::string> ModesFor(const ProviderRow& row, const ModelFamily& family) {
  return family.modes.empty() ? row.modes : family.modes;
}

bool Lists(std::span<const std::string> modes, std::string_view mode) {
  return std::ranges::find(modes, mode) != modes.end();
}

absl::Status UnsupportedMode(
    const ProviderRow& row, const ModelFamily& family, std::string_view model, std::string_view mode
) {
  const std::string supported = fmt::format("{}", fmt::join(ModesFor(row, family), ", "));
  return MakeError(
      {.reason = Reason::kModeNotSupported,
       .metadata = {{"provider", row.name}, {"model", std::string(model)}, {"supported", supported}}
      },
      fmt::format("model '{}' of '{}' has no mode {}; it has {}", model, row.name, mode, supported)
  );
}

// Sampling parameters that the model does not take are left out, or refused.
absl::Status CheckSampling(Plan& plan) {
  const ModelFamily& family = *plan.family;
  if (!family.reasons || family.sampling_while_reasoning || IsReasoningOff(plan)) {
    return absl::OkStatus();
  }
  Generation& generation = plan.request.generation;
  const auto drop = [&plan](std::optional<double>& setting, std::string_view name) {
    if (!setting.has_value()) return absl::OkStatus();
    const std::string problem =
        fmt::format("model '{}' takes no {} while it reasons", plan.model(), name);
    if (plan.on_unsupported == OnUnsupported::kFail) {
      return MakeError(
          {.reason = Reason::kSettingNotSupported,
           .metadata = {{"field", fmt::format("generation.{}", name)}, {"model", plan.model()}}},
          problem
      );
    }
    setting.reset();
    plan.warnings.push_back({"SETTING_NOT_SUPPORTED", problem + "; it was left out"});
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(drop(generation.temperature, "temperature"));
  return drop(generation.top_p, "top_p");
}

absl::Status CheckProviderOptions(const std::string& options) {
  if (options.empty()) return absl::OkStatus();
  const json::ParseResult parsed = json::ParseView(options);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document != nullptr && document->root().is_object()) return absl::OkStatus();
  return InvalidField("generation.provider_options_json", "must be a JSON object");
}

SendTimers TimersOf(const ProviderRow& row, const TimerOverrides& overrides) {
  SendTimers timers = row.timers;
  timers.total = overrides.attempt.value_or(timers.total);
  timers.first_byte = overrides.first_byte.value_or(timers.first_byte);
  timers.idle = overrides.idle.value_or(timers.idle);
  return timers;
}

// Part of the caller's time that is kept to bring the answer back before the caller hangs up.
SteadyTime DeadlineOf(const ExtractCall& call, const CallSettings& settings, SteadyTime now) {
  if (!call.deadline.has_value()) return now + settings.default_deadline;
  constexpr std::chrono::milliseconds kLongestMargin{25};
  const auto left = *call.deadline - now;
  const auto margin = std::min<std::chrono::nanoseconds>(left / 10, kLongestMargin);
  return *call.deadline - margin;
}

// Resolves who is asked, and how. One for each call.
class PlanMaker {
 public:
  PlanMaker(const Planner::Parts& parts, const CallSettings& settings, ExtractCall& call)
      : parts_(parts), settings_(settings), call_(call) {}

  // What comes before the schema; the schema's text.
  absl::StatusOr<std::string> Begin() {
    plan_->warnings = std::move(call_.warnings);
    RETURN_IF_ERROR(ResolveProvider());
    RETURN_IF_ERROR(CheckProviderOptions(call_.provider_options));
    return SchemaTextOf();
  }

  // To which the schema must be lowered; null: to none. After Begin.
  const Subset* subset() const { return SubsetOf(*row_, *plan_->family); }

  absl::StatusOr<std::unique_ptr<Plan>> End(std::shared_ptr<const schema::PreparedSchema> schema) {
    plan_->schema = std::move(schema);
    RETURN_IF_ERROR(ResolveMode());
    FillOptions();
    RETURN_IF_ERROR(Ask());
    ASSIGN_OR_RETURN(
        plan_->upstream, parts_.upstreams.Open(plan_->handler, *plan_->family, call_.dry_run)
    );
    return std::move(plan_);
  }

 private:
  absl::Status ResolveProvider() {
    ASSIGN_OR_RETURN(const ModelName name, SplitModel(call_, settings_));
    row_ = parts_.catalog.Find(name.provider);
    if (row_ == nullptr) return parts_.catalog.registry().Find(name.provider, "").status();
    ASSIGN_OR_RETURN(plan_->request.model, ChooseModel(*row_, name.model));
    plan_->family = &parts_.catalog.FamilyOf(row_->name, plan_->request.model);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> SchemaTextOf() {
    if (call_.schema_id.empty()) return std::move(call_.json_schema);
    ASSIGN_OR_RETURN(const auto registered, parts_.library.Find(call_.schema_id));
    return registered->text;
  }

  absl::Status ResolveMode() {
    if (subset() != nullptr && call_.provider_strict != ProviderStrict::kOff) {
      lowered_ = &plan_->schema->Lower(*subset());
    }
    ASSIGN_OR_RETURN(const std::string mode, call_.mode.empty() ? BestMode() : NamedMode());
    ASSIGN_OR_RETURN(plan_->handler, parts_.catalog.registry().Find(row_->name, mode));
    RETURN_IF_ERROR(CheckOutputEncoding(mode));
    const auto obstacle = ObstacleOf(
        plan_->handler->mode->traits(), *plan_->handler->row, *plan_->schema, Usable(lowered_)
    );
    if (!obstacle.has_value()) return absl::OkStatus();
    return UnsupportedSchema(*row_, *obstacle, "the schema does not fit the mode");
  }

  // TOON needs a mode whose answer is free text: others make the provider write JSON.
  absl::Status CheckOutputEncoding(std::string_view mode) {
    plan_->output_encoding = call_.output_encoding;
    const bool free_text = plan_->handler->mode->traits().free_text;
    if (call_.output_encoding == TextEncoding::kJson || free_text) return absl::OkStatus();
    if (!call_.mode.empty()) {
      return InvalidField(
          "output_encoding", fmt::format("TOON needs a mode with free text, not {}", mode)
      );
    }
    plan_->output_encoding = TextEncoding::kJson;
    plan_->warnings.push_back({
        "OUTPUT_ENCODING_NOT_USED",
        fmt::format("model '{}' has no mode with free text; it answers in JSON", plan_->model()),
    });
    return absl::OkStatus();
  }

  // The first mode with free text that can carry the schema, for answers in TOON.
  std::optional<std::string> FreeTextMode(std::span<const std::string> modes) const {
    for (const std::string& mode : modes) {
      const ModeHandler* handler = FindModeHandler(mode);
      const bool served = handler != nullptr && parts_.catalog.registry().HasMode(row_->name, mode);
      if (!served || !handler->traits().free_text) continue;
      if (!ObstacleOf(handler->traits(), *row_, *plan_->schema, Usable(lowered_))) return mode;
    }
    return std::nullopt;
  }

  // The first mode of the model that can carry the schema; else its first one.
  absl::StatusOr<std::string> BestMode() {
    const std::span<const std::string> modes = ModesFor(*row_, *plan_->family);
    if (call_.output_encoding == TextEncoding::kToon) {
      if (auto mode = FreeTextMode(modes)) return *std::move(mode);
    }
    for (const std::string& mode : modes) {
      const ModeHandler* handler = FindModeHandler(mode);
      const bool served = handler != nullptr && parts_.catalog.registry().HasMode(row_->name, mode);
      if (!served || ObstacleOf(handler->traits(), *row_, *plan_->schema, Usable(lowered_))) {
        continue;
      }
      if (IsTooMuchFor(handler->traits()) || handler->traits().several_tools) continue;
      if (lowered_ != nullptr && mode != modes.front()) TellOfMode(modes.front(), mode);
      return mode;
    }
    return modes.front();
  }

  // The mode is of use only if the provider enforces the schema, which its subset can't take.
  bool IsTooMuchFor(const ModeTraits& mode) const {
    return mode.provider_enforces && !mode.works_unenforced && lowered_ != nullptr &&
           lowered_->lowered.obstacle.has_value();
  }

  void TellOfMode(const std::string& best, const std::string& mode) {
    const auto& obstacle = lowered_->lowered.obstacle;
    if (!obstacle.has_value()) return;
    plan_->downgrades.push_back({
        .schema_path = obstacle->pointer,
        .keyword = obstacle->keyword,
        .action = fmt::format("mode {} -> {}", best, mode),
        .reason = obstacle->reason,
    });
  }

  absl::StatusOr<NormalizedMode> Normalize(const std::string& name) const {
    if (FindModeHandler(name) != nullptr) return NormalizedMode{.mode = name};
    return NormalizeModeName(name, row_->name, parts_.catalog.registry().Providers());
  }

  absl::StatusOr<std::string> NamedMode() {
    ASSIGN_OR_RETURN(const NormalizedMode named, Normalize(call_.mode));
    if (!call_.mode_number_name.empty() && call_.mode_number_name != named.mode) {
      return InvalidField(
          "mode_name",
          fmt::format(
              "'{}' means {}, but mode is {}", call_.mode, named.mode, call_.mode_number_name
          )
      );
    }
    if (named.deprecated) {
      plan_->warnings.push_back({
          "DEPRECATED_MODE_NAME",
          fmt::format("mode name '{}' is deprecated; use '{}'", call_.mode, named.mode),
      });
    }
    if (!Lists(ModesFor(*row_, *plan_->family), named.mode)) {
      return UnsupportedMode(*row_, *plan_->family, plan_->request.model, named.mode);
    }
    if (FindModeHandler(named.mode)->traits().several_tools) {
      return InvalidField("mode", fmt::format("{} needs several tools", named.mode));
    }
    return named.mode;
  }

  void FillOptions() {
    Plan& plan = *plan_;
    plan.request_id = std::move(call_.request_id);
    plan.provider_strict = call_.provider_strict;
    plan.on_unsupported = call_.on_unsupported;
    plan.include_raw = call_.include_raw;
    plan.input_encoding = call_.input_encoding;
    plan.input_saved_tokens = call_.input_saved_tokens;
    const auto provider_retry = settings_.provider_retry.find(row_->name);
    plan.retry = settings_.retry;
    if (provider_retry != settings_.provider_retry.end()) {
      plan.retry = Apply(provider_retry->second, plan.retry);
    }
    plan.retry = Apply(call_.retry, plan.retry);
    plan.judge.max_loss = call_.max_loss.value_or(settings_.max_loss);
    plan.judge.assert_formats = call_.assert_formats.value_or(settings_.assert_formats);
    plan.on_invalid = call_.on_invalid.value_or(settings_.on_invalid);
    plan.timers = TimersOf(*row_, call_.timers);
    plan.deadline = DeadlineOf(call_, settings_, parts_.clock.Now());
    if (settings_.prices == nullptr) return;
    plan.price = {settings_.prices, settings_.prices->Find(row_->name, plan.model())};
  }

  absl::Status Ask() {
    Plan& plan = *plan_;
    plan.schema_name = call_.schema_name.empty() ? plan.schema->name : call_.schema_name;
    plan.schema_description = call_.schema_description.empty()
                                  ? std::string(plan.schema->compiled->description())
                                  : std::move(call_.schema_description);
    RETURN_IF_ERROR(ChooseStrictness(lowered_, plan));
    const bool carries = plan.lowered != nullptr && plan.lowered->lowered.carries();
    if (carries) plan.judge.lowered = &plan.lowered->lowered;
    const SchemaText text = {
        .name = plan.schema_name,
        .description = plan.schema_description,
        .json = plan.lowered == nullptr ? plan.schema->compact : plan.lowered->lowered.json,
        .strict = plan.strict,
    };
    const AskStyle style = {
        .describe_schema = row_->describe_schema,
        .instruct_last = row_->instruct_last,
        .worked_example = plan.family->worked_example,
        .outline = carries ? plan.lowered->outline : plan.schema->outline,
        .toon = plan.output_encoding == TextEncoding::kToon,
    };
    plan.request.messages = std::move(call_.messages);
    plan.request.generation = std::move(call_.generation);
    plan.request.extra_body = std::move(call_.provider_options);
    plan.handler->mode->Ask(text, style, plan.request);
    ChooseDialect(plan);
    RETURN_IF_ERROR(DropRefusedSettings(plan));
    return CheckSampling(plan);
  }

  const Planner::Parts& parts_;
  const CallSettings& settings_;
  ExtractCall& call_;
  std::shared_ptr<const ProviderRow> row_;
  const schema::LoweredSchema* lowered_ = nullptr;
  std::unique_ptr<Plan> plan_ = std::make_unique<Plan>();
};

}  // namespace

Task<absl::StatusOr<std::unique_ptr<Plan>>> Planner::MakePlan(
    ExtractCall call, std::shared_ptr<const CallSettings> settings
) {
  PlanMaker maker(parts_, *settings, call);
  CO_ASSIGN_OR_RETURN(const std::string schema_text, maker.Begin());
  // A schema that is known costs no coroutine of its own.
  auto schema = parts_.schemas.Find(schema_text, maker.subset());
  if (schema == nullptr) {
    CO_ASSIGN_OR_RETURN(schema, co_await parts_.schemas.Get(schema_text, maker.subset()));
  }
  co_return maker.End(std::move(schema));
}

}  // namespace extractd
