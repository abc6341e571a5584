// What the parts of the planner share: forms made so far, losses, and the counts that limits bound.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_PLANNER_STATE_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_PLANNER_STATE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/schema/lower/form.h"
#include "server/schema/lower/losses.h"
#include "server/schema/lower/plan/constraints.h"
#include "server/schema/lower/plan/planner.h"

namespace extractd::schema::lower {

class PlannerState {
 public:
  PlannerState(const Subset& subset, Fidelity fidelity) : subset_(subset), fidelity_(fidelity) {}

  const Subset& subset() const { return subset_; }
  bool exact() const { return fidelity_ == Fidelity::kExact; }
  bool stopped() const { return obstacle_.has_value(); }
  Forms& forms() { return *forms_; }

  Form* New(FormKind kind, const Shape& shape);
  // The value as JSON text in a string.
  Form* Text(const Shape& shape);

  void Lose(
      const Shape& shape, std::string_view keyword, std::string_view action, std::string_view reason
  );
  Losses& losses() { return losses_; }
  // What a form loses that is not taken in the end is taken back.
  struct Mark {
    Losses::Mark losses = {};
    Losses::Mark narrowings = {};
  };
  Mark mark() const { return {losses_.mark(), narrowings_.mark()}; }
  void TakeBack(const Mark& mark) {
    losses_.TakeBack(mark.losses);
    narrowings_.TakeBack(mark.narrowings);
  }
  // The constraints that `form` has kept of `shape` can't stay after all.
  void LoseKept(const Shape& shape, Form& form, std::string_view reason);
  void Narrow(const Shape& shape, std::string_view keyword, std::string_view reason);
  // The first one counts.
  void Stop(const Shape& shape, std::string_view keyword, std::string reason);

  // Takes the constraints of `shape`: keeps what the subset carries, tells the rest.
  void TakeConstraints(const Shape& shape, Form& form);

  // Counts against the limits of the subset.
  void CountLevel(const Shape& shape, size_t level);
  // The object around a root that is none; called before any definition is planned.
  void CountWrapper(const Shape& root);
  void CountProperty(const Shape& shape, std::string_view name);
  void CountOptional(const Shape& shape);
  void CountUnion(const Shape& shape);
  void CountEnum(const Shape& shape, const Form& form);

  PlannedForms Finish(const Form* root, bool wrapped);

 private:
  void Check(
      const Shape& shape,
      std::string_view keyword,
      size_t count,
      size_t limit,
      std::string_view what
  );

  const Subset& subset_;
  const Fidelity fidelity_;
  std::unique_ptr<Forms> forms_ = std::make_unique<Forms>();
  Losses losses_;
  Losses narrowings_;
  std::optional<Obstacle> obstacle_;
  size_t deepest_ = 0;
  size_t properties_ = 0;
  size_t name_bytes_ = 0;
  size_t enum_values_ = 0;
  size_t optional_ = 0;
  size_t unions_ = 0;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_PLANNER_STATE_H_
