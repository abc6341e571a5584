#include "server/engine/plan.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <absl/hash/hash.h>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/callers/principal.h"
#include "server/engine/limits/limits.h"
#include "server/engine/planning/defaults.h"
#include "server/engine/planning/dialect_choice.h"
#include "server/engine/planning/generation_check.h"
#include "server/engine/planning/invalid_field.h"
#include "server/engine/planning/mode_choice.h"
#include "server/engine/planning/model_name.h"
#include "server/engine/strictness.h"
#include "server/modes/instruction.h"
#include "server/registry/media_check.h"

namespace extractd {
namespace {

using schema::lower::Subset;

// Hides texts that are too long for a key.
std::string KeyOf(const std::vector<CallTool>& tools) {
  std::uint64_t hash = 0;
  for (const CallTool& tool : tools) {
    hash = absl::HashOf(hash, tool.name, tool.json_schema, tool.schema_id);
  }
  return fmt::format("tools:{:x}", hash);
}

schema::Wrapping WrappingOf(OutputKind kind) {
  switch (kind) {
    case OutputKind::kIterable:
      return schema::Wrapping::kList;
    case OutputKind::kMaybe:
      return schema::Wrapping::kMaybe;
    case OutputKind::kOne:
    case OutputKind::kParallel:
      break;
  }
  return schema::Wrapping::kNone;
}

// Resolves who is asked, and how. One for each call: Begin, then Take for every Next, then End.
class PlanMaker {
 public:
  PlanMaker(const Planner::Parts& parts, const CallSettings& settings, ExtractCall& call)
      : parts_(parts), settings_(settings), call_(call) {}
  // What `begun` has so far, of a call that has moved.
  PlanMaker(PlanMaker&& begun, ExtractCall& call)
      : parts_(begun.parts_),
        settings_(begun.settings_),
        call_(call),
        row_(std::move(begun.row_)),
        wanted_(std::move(begun.wanted_)),
        plan_(std::move(begun.plan_)) {}

  // What comes before the schemas.
  absl::Status Begin() {
    plan_->warnings = std::move(call_.warnings);
    plan_->output_kind = call_.output_kind;
    RETURN_IF_ERROR(ResolveProvider());
    RETURN_IF_ERROR(CheckProviderOptions(call_.provider_options));
    RETURN_IF_ERROR(CheckMedia(*row_, *plan_->family, call_.messages));
    if (!call_.tools.empty()) return BeginTools();
    return Want(call_.json_schema, call_.schema_id);
  }

  // The text of the schema that is needed next; null: none is.
  const std::string* Next() const { return wanted_.has_value() ? &*wanted_ : nullptr; }

  // To which the schemas must be lowered; null: to none. After Begin.
  const Subset* subset() const { return SubsetOf(*row_, *plan_->family); }

  // The schema of Next.
  absl::Status Take(std::shared_ptr<const schema::PreparedSchema> schema) {
    wanted_.reset();
    return call_.tools.empty() ? TakeOnly(std::move(schema)) : TakeToolSchema(std::move(schema));
  }

  absl::StatusOr<std::unique_ptr<Plan>> End() {
    RETURN_IF_ERROR(FillSettings(call_, settings_, parts_.clock.Now(), *plan_));
    FillOptions();
    KeepUnshaped();
    RETURN_IF_ERROR(call_.tools.empty() ? Ask() : AskTools());
    ChooseDialect(*plan_);
    RETURN_IF_ERROR(CheckGeneration(*plan_));
    ASSIGN_OR_RETURN(
        plan_->upstream, parts_.upstreams.Open(plan_->handler, *plan_->family, call_.dry_run)
    );
    if (parts_.limits != nullptr) {
      ASSIGN_OR_RETURN(
          plan_->upstream, parts_.limits->Hold(std::move(plan_->upstream), *plan_, settings_)
      );
    }
    return std::move(plan_);
  }

 private:
  absl::Status ResolveProvider() {
    ASSIGN_OR_RETURN(const ModelName name, SplitModel(call_, settings_));
    row_ = parts_.catalog.Find(name.provider);
    if (row_ == nullptr) return parts_.catalog.registry().Find(name.provider, "").status();
    ASSIGN_OR_RETURN(plan_->request.model, ChooseModel(*row_, name.model));
    plan_->family = &parts_.catalog.FamilyOf(*row_, plan_->request.model);
    plan_->row = row_;
    return CheckAllowed(call_.caller.get(), row_->name, plan_->request.model);
  }

  absl::Status Want(std::string& json_schema, const std::string& schema_id) {
    if (schema_id.empty()) {
      wanted_ = std::move(json_schema);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const auto registered, parts_.library.Find(schema_id));
    wanted_ = registered->text;
    return absl::OkStatus();
  }

  void RecallLessons(std::string subject) {
    plan_->lesson_subject = std::move(subject);
    if (parts_.lessons == nullptr) return;
    plan_->learned = parts_.lessons->Of({row_->name, plan_->request.model, plan_->lesson_subject});
  }

  // What the provider would get of a schema that it enforces; null: it enforces none.
  const schema::LoweredSchema* LoweredOf(const schema::PreparedSchema& schema) const {
    const LearnedFacts& learned = plan_->learned;
    const bool refused = learned.no_enforcement || learned.schema_use != SchemaUse::kAny;
    if (subset() == nullptr || call_.provider_strict == ProviderStrict::kOff || refused) {
      return nullptr;
    }
    return &schema.Lower(*subset());
  }

  absl::Status TakeOnly(std::shared_ptr<const schema::PreparedSchema> schema) {
    Plan& plan = *plan_;
    if (plan.given == nullptr) {
      plan.given = schema;
      RecallLessons(std::string(schema->compiled->id()));
      plan.wrapping = WrappingOf(plan.output_kind);
      if (plan.wrapping != schema::Wrapping::kNone) return WantWrapper(*schema, plan.wrapping);
    }
    plan.schema = std::move(schema);
    if (plan.handler != nullptr) return absl::OkStatus();
    const schema::LoweredSchema* lowered = LoweredOf(*plan.schema);
    RETURN_IF_ERROR(ResolveMode(lowered, LoweredForTools(*row_, *plan.schema)));
    if (!NeedsWrapper(plan.handler->mode->traits(), *row_, *plan.schema, Usable(lowered))) {
      return absl::OkStatus();
    }
    plan.wrapping = schema::Wrapping::kValue;
    return WantWrapper(*plan.schema, plan.wrapping);
  }

  absl::Status WantWrapper(const schema::PreparedSchema& schema, schema::Wrapping wrapping) {
    wanted_ = schema::WrapSchema(schema.compiled->root(), wrapping);
    return absl::OkStatus();
  }

  absl::Status BeginTools() {
    RecallLessons(KeyOf(call_.tools));
    RETURN_IF_ERROR(ResolveMode(nullptr, nullptr));
    plan_->tools.reserve(call_.tools.size());
    return WantTool();
  }

  // The schema of the first tool that has none yet.
  absl::Status WantTool() {
    if (plan_->tools.size() == call_.tools.size()) return absl::OkStatus();
    CallTool& tool = call_.tools[plan_->tools.size()];
    plan_->tools.push_back(
        {.name = std::move(tool.name), .description = std::move(tool.description)}
    );
    return Want(tool.json_schema, tool.schema_id);
  }

  absl::Status TakeToolSchema(std::shared_ptr<const schema::PreparedSchema> schema) {
    PlannedTool& tool = plan_->tools.back();
    if (tool.given == nullptr) {
      tool.given = schema;
      const schema::LoweredSchema* lowered = Usable(LoweredOf(*schema));
      if (NeedsWrapper(plan_->handler->mode->traits(), *row_, *schema, lowered)) {
        tool.wrapping = schema::Wrapping::kValue;
        return WantWrapper(*schema, tool.wrapping);
      }
    }
    tool.schema = std::move(schema);
    return WantTool();
  }

  absl::Status ResolveMode(
      const schema::LoweredSchema* lowered, const schema::LoweredSchema* lowered_tool
  ) {
    ASSIGN_OR_RETURN(
        const std::string mode,
        ChooseMode({call_, *row_, parts_.catalog.registry(), lowered, lowered_tool}, *plan_)
    );
    ASSIGN_OR_RETURN(plan_->handler, parts_.catalog.registry().Find(row_->name, mode));
    return CheckOutputEncoding(mode);
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

  void FillOptions() {
    Plan& plan = *plan_;
    plan.request_id = std::move(call_.request_id);
    plan.trace = call_.trace;
    plan.provider_strict = call_.provider_strict;
    plan.on_unsupported = call_.on_unsupported;
    plan.include_raw = call_.include_raw;
    plan.include_thinking = call_.include_thinking;
    plan.input_encoding = call_.input_encoding;
    plan.input_saved_tokens = call_.input_saved_tokens;
    plan.request.messages = std::move(call_.messages);
    plan.request.generation = std::move(call_.generation);
    plan.request.extra_body = std::move(call_.provider_options);
    plan.request.include_thinking = call_.include_thinking;
    if (settings_.prices == nullptr) return;
    plan.price = {settings_.prices, settings_.prices->Find(row_->name, plan.model())};
  }

  // What turns need that ask for something else than the plan.
  void KeepUnshaped() {
    const bool continues = plan_->retry.on_truncated == OnTruncated::kContinue;
    if (!plan_->tools.empty() || (!plan_->patches() && !continues)) return;
    plan_->unshaped = std::make_unique<const Unshaped>(Unshaped{
        .messages = plan_->request.messages,
        .style = StyleOf(""),
        .subset = subset(),
        .frees_tools = plan_->learned.no_forced_tool,
    });
  }

  // ChooseStrictness, with places in the schema as the caller has them, and what was learned.
  absl::StatusOr<bool> Enforced(
      const schema::LoweredSchema* lowered, schema::Wrapping wrapping, std::string_view tool
  ) {
    const size_t before = plan_->downgrades.size();
    ASSIGN_OR_RETURN(const bool enforced, ChooseStrictness(lowered, *plan_));
    const LearnedFacts& learned = plan_->learned;
    if (learned.no_enforcement || learned.schema_use != SchemaUse::kAny) {
      plan_->downgrades.push_back({
          .action = "not enforced by the provider",
          .reason = "the provider refused to enforce it",
      });
    }
    for (size_t i = before; i < plan_->downgrades.size(); ++i) {
      Downgrade& downgrade = plan_->downgrades[i];
      downgrade.schema_path = schema::CallersSchemaPath(wrapping, downgrade.schema_path);
      if (!tool.empty()) downgrade.reason = fmt::format("tool '{}': {}", tool, downgrade.reason);
    }
    return enforced;
  }

  AskStyle StyleOf(std::string_view outline) const {
    return {
        .describe_schema = row_->describe_schema,
        .instruct_last = row_->instruct_last,
        .worked_example = plan_->family->worked_example,
        .outline = outline,
        .toon = plan_->output_encoding == TextEncoding::kToon,
    };
  }

  absl::Status Ask() {
    Plan& plan = *plan_;
    plan.schema_name = call_.schema_name.empty() ? plan.given->name : call_.schema_name;
    plan.schema_description = call_.schema_description.empty()
                                  ? std::string(plan.given->compiled->description())
                                  : std::move(call_.schema_description);
    const schema::LoweredSchema* lowered = LoweredOf(*plan.schema);
    ASSIGN_OR_RETURN(plan.strict, Enforced(lowered, plan.wrapping, ""));
    if (plan.strict) plan.lowered = lowered;
    const bool carries = plan.lowered != nullptr && plan.lowered->lowered.carries();
    if (carries) plan.judge.lowered = &plan.lowered->lowered;
    const SchemaText text = {
        .name = plan.schema_name,
        .description = plan.schema_description,
        .json = plan.lowered == nullptr ? plan.schema->compact : plan.lowered->lowered.json,
        .strict = plan.strict,
    };
    const AskStyle style = StyleOf(carries ? plan.lowered->outline : plan.schema->outline);
    plan.handler->mode->Ask(text, style, plan.request);
    FreeIfLearned(style);
    return absl::OkStatus();
  }

  absl::Status AskTools() {
    Plan& plan = *plan_;
    std::vector<SchemaText> texts;
    for (PlannedTool& tool : plan.tools) {
      if (tool.description.empty()) tool.description = tool.given->compiled->description();
      const schema::LoweredSchema* lowered = LoweredOf(*tool.schema);
      ASSIGN_OR_RETURN(tool.strict, Enforced(lowered, tool.wrapping, tool.name));
      if (tool.strict) tool.lowered = lowered;
      texts.push_back({
          .name = tool.name,
          .description = tool.description,
          .json = tool.lowered == nullptr ? tool.schema->compact : tool.lowered->lowered.json,
          .strict = tool.strict,
      });
    }
    plan.strict = std::ranges::all_of(plan.tools, &PlannedTool::strict);
    const AskStyle style = StyleOf("");
    plan.handler->mode->AskTools(texts, style, plan.request);
    FreeIfLearned(style);
    return absl::OkStatus();
  }

  void FreeIfLearned(const AskStyle& style) {
    ChatRequest& request = plan_->request;
    const bool forced = !request.tools.empty() && request.tool_use != ToolUse::kFree;
    if (forced && plan_->learned.no_forced_tool) FreeToolUse(style, request);
  }

  const Planner::Parts& parts_;
  const CallSettings& settings_;
  ExtractCall& call_;
  std::shared_ptr<const ProviderRow> row_;
  std::optional<std::string> wanted_;
  std::unique_ptr<Plan> plan_ = std::make_unique<Plan>();
};

Task<MadePlan> AtOnce(MadePlan made) {
  co_return made;
}

// Goes on with what `begun` has of a call that has moved here.
Task<MadePlan> MakeOfNewSchemas(
    PlanMaker begun,
    ExtractCall call,
    std::shared_ptr<const CallSettings> /*settings*/,
    const Planner::Parts& parts
) {
  PlanMaker maker(std::move(begun), call);
  while (const std::string* text = maker.Next()) {
    CO_ASSIGN_OR_RETURN(auto schema, co_await parts.schemas.Get(*text, maker.subset()));
    CO_RETURN_IF_ERROR(maker.Take(std::move(schema)));
  }
  co_return maker.End();
}

}  // namespace

// A call whose schemas are all known waits for nothing, and needs no room to wait in.
Task<MadePlan> Planner::MakePlan(ExtractCall&& call, std::shared_ptr<const CallSettings> settings) {
  PlanMaker maker(parts_, *settings, call);
  absl::Status status = maker.Begin();
  while (status.ok() && maker.Next() != nullptr) {
    auto schema = parts_.schemas.Find(*maker.Next(), maker.subset());
    if (schema == nullptr) {
      return MakeOfNewSchemas(std::move(maker), std::move(call), std::move(settings), parts_);
    }
    status = maker.Take(std::move(schema));
  }
  return AtOnce(status.ok() ? maker.End() : std::move(status));
}

}  // namespace extractd
