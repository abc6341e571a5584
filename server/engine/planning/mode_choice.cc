#include "server/engine/planning/mode_choice.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/planning/invalid_field.h"
#include "server/registry/mode_names.h"

namespace extractd {
namespace {

class ModeChooser {
 public:
  ModeChooser(const ModeQuestion& question, Plan& plan)
      : call_(question.call),
        row_(question.row),
        registry_(question.registry),
        lowered_(question.lowered),
        lowered_tool_(question.lowered_tool),
        plan_(plan),
        modes_(plan.family->modes.empty() ? question.row.modes : plan.family->modes) {}

  absl::StatusOr<std::string> Choose() {
    plan_.mode_named = !call_.mode.empty();
    return plan_.mode_named ? NamedMode() : BestMode();
  }

 private:
  bool several() const { return call_.output_kind == OutputKind::kParallel; }

  absl::Status Unsupported(std::string_view mode) const {
    const std::string supported = fmt::format("{}", fmt::join(modes_, ", "));
    return MakeError(
        {.reason = Reason::kModeNotSupported,
         .metadata =
             {{"provider", row_.name}, {"model", plan_.request.model}, {"supported", supported}}},
        fmt::format(
            "model '{}' of '{}' has no mode {}; it has {}",
            plan_.request.model,
            row_.name,
            mode,
            supported
        )
    );
  }

  // The first mode of the model that can carry what is asked; else its first one.
  absl::StatusOr<std::string> BestMode() {
    if (call_.output_encoding == TextEncoding::kToon && !several()) {
      if (auto mode = FirstMode(true)) return *std::move(mode);
    }
    if (auto mode = FirstMode(false)) {
      if (*mode != modes_.front() && !several()) TellOfMode(modes_.front(), *mode);
      return *std::move(mode);
    }
    if (several()) return Unsupported(mode_names::kParallelTools);
    return modes_.front();
  }

  std::optional<std::string> FirstMode(bool free_text) const {
    for (const std::string& mode : modes_) {
      const ModeHandler* handler = FindModeHandler(mode);
      if (handler == nullptr || !registry_.HasMode(row_.name, mode)) continue;
      const ModeTraits& traits = handler->traits();
      if (traits.several_tools != several() || (free_text && !traits.free_text)) continue;
      if (ObstacleTo(traits) == nullptr && !IsRefused(traits)) return mode;
    }
    return std::nullopt;
  }

  // What of the schema the mode can't carry; null: nothing. A mode that is of use only if the
  // provider enforces the schema needs one that its subset takes, a tool one that tools take.
  const schema::lower::Obstacle* ObstacleTo(const ModeTraits& mode) const {
    if (!mode.provider_enforces) return nullptr;
    const schema::LoweredSchema* lowered = mode.works_unenforced ? lowered_tool_ : lowered_;
    if (lowered == nullptr || !lowered->lowered.obstacle.has_value()) return nullptr;
    return &*lowered->lowered.obstacle;
  }

  // The provider said so.
  bool IsRefused(const ModeTraits& mode) const {
    const LearnedFacts& learned = plan_.learned;
    if (learned.Refuses(mode.name)) return true;
    if (learned.schema_use == SchemaUse::kAny || !mode.provider_enforces) return false;
    return !mode.works_unenforced || learned.schema_use == SchemaUse::kPromptOnly;
  }

  void TellOfMode(const std::string& best, const std::string& mode) {
    Downgrade downgrade = {.action = fmt::format("mode {} -> {}", best, mode)};
    const ModeTraits& traits = FindModeHandler(best)->traits();
    if (const schema::lower::Obstacle* obstacle = ObstacleTo(traits)) {
      downgrade.schema_path = obstacle->pointer;
      downgrade.keyword = obstacle->keyword;
      downgrade.reason = obstacle->reason;
    } else if (IsRefused(traits)) {
      downgrade.reason = "the provider refused the mode, or this schema in it";
    } else {
      return;
    }
    plan_.downgrades.push_back(std::move(downgrade));
  }

  absl::StatusOr<NormalizedMode> Normalize(const std::string& name) const {
    if (FindModeHandler(name) != nullptr) return NormalizedMode{.mode = name};
    return NormalizeModeName(name, row_.name, registry_.Providers());
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
      plan_.warnings.push_back({
          "DEPRECATED_MODE_NAME",
          fmt::format("mode name '{}' is deprecated; use '{}'", call_.mode, named.mode),
      });
    }
    if (std::ranges::find(modes_, named.mode) == modes_.end()) return Unsupported(named.mode);
    RETURN_IF_ERROR(CheckTools(named.mode));
    return named.mode;
  }

  absl::Status CheckTools(const std::string& mode) const {
    const bool takes_several = FindModeHandler(mode)->traits().several_tools;
    if (takes_several == several()) return absl::OkStatus();
    return takes_several
               ? InvalidField("tools", fmt::format("mode {} needs tools instead of schema", mode))
               : InvalidField(
                     "mode", fmt::format("{} takes one schema; tools need PARALLEL_TOOLS", mode)
                 );
  }

  const ExtractCall& call_;
  const ProviderRow& row_;
  Registry& registry_;
  const schema::LoweredSchema* lowered_;
  const schema::LoweredSchema* lowered_tool_;
  Plan& plan_;
  std::span<const std::string> modes_;  // the best first
};

}  // namespace

absl::StatusOr<std::string> ChooseMode(const ModeQuestion& question, Plan& plan) {
  return ModeChooser(question, plan).Choose();
}

}  // namespace extractd
