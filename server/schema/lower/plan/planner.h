// Planner: chooses the form of every shape for one subset, and says what is lost on the way.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_PLANNER_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_PLANNER_H_

#include <memory>
#include <optional>
#include <vector>

#include "server/schema/lower/form.h"
#include "server/schema/lower/read/reader.h"
#include "server/schema/lower/shape.h"
#include "server/schema/lower/subset.h"

namespace extractd::schema::lower {

struct PlannedForms {
  std::unique_ptr<Forms> forms = {};
  std::vector<Loss> losses = {};
  // What the lowered schema leaves out that the caller's schema did not ask for by name: members
  // that it does not declare, null beside absent.
  std::vector<Loss> narrowings = {};
  std::optional<Obstacle> obstacle = {};  // there is no form then
};

// The schema's document outlives what is returned; `shapes`, to which shapes are added, need not.
PlannedForms PlanForms(const Shape& root, const Subset& subset, Fidelity fidelity, Shapes& shapes);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_PLANNER_H_
