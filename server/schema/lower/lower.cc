#include "server/schema/lower/lower.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/json/parse.h"
#include "server/schema/lower/carry/carry.h"
#include "server/schema/lower/plan/planner.h"
#include "server/schema/lower/writer.h"

namespace extractd::schema::lower {

bool Lowered::carries() const {
  return forms_ != nullptr && (forms_->wrapped || forms_->root->carries);
}

bool Lowered::object_root() const {
  return forms_ != nullptr && (forms_->wrapped || forms_->root->kind == FormKind::kObject);
}

json::Document Lowered::CarryBack(const json::Value& answer) const {
  return lower::CarryBack(*forms_, answer);
}

json::Document Lowered::CarryForward(const json::Value& value) const {
  return lower::CarryForward(*forms_, value);
}

size_t Lowered::memory_bytes() const {
  size_t bytes = sizeof(*this) + json.capacity();
  if (forms_ != nullptr) bytes += forms_->memory_bytes();
  for (const std::vector<Loss>* losses : {&downgrades, &narrowings}) {
    for (const Loss& loss : *losses) {
      bytes += sizeof(loss) + loss.pointer.capacity() + loss.reason.capacity();
    }
  }
  return bytes;
}

Lowered Lower(const json::Value& root, const Subset& subset, Fidelity fidelity) {
  Lowered lowered;
  Shapes shapes;
  ReadSchema read = Read(root, fidelity, shapes);
  PlannedForms planned = PlanForms(*read.root, subset, fidelity, shapes);
  lowered.obstacle = std::move(planned.obstacle);
  if (lowered.obstacle.has_value()) return lowered;
  lowered.json = WriteSchema(*planned.forms, subset);
  if (subset.limits.bytes > 0 && lowered.json.size() > subset.limits.bytes) {
    lowered.obstacle = Obstacle{
        .reason = fmt::format(
            "subset {} takes schemas of at most {} bytes; lowered it has {}",
            subset.name,
            subset.limits.bytes,
            lowered.json.size()
        )
    };
    return lowered;
  }
  if (std::holds_alternative<json::ParseError>(json::ParseView(lowered.json))) {
    lowered.obstacle = Obstacle{
        .reason = fmt::format(
            "lowered to {}, it nests deeper than {} levels", subset.name, json::kMaxDepth
        )
    };
    return lowered;
  }
  for (Loss& loss : planned.losses) read.losses.Add(std::move(loss));
  lowered.downgrades = read.losses.Take();
  lowered.narrowings = std::move(planned.narrowings);
  lowered.forms_ = std::move(planned.forms);
  return lowered;
}

}  // namespace extractd::schema::lower
