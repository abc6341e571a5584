// FormPlanner: the planner at work on one schema. Its parts stand in planner.cc (any value,
// scalars, references), containers.cc and unions.cc.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_FORM_PLANNER_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_FORM_PLANNER_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/schema/lower/plan/planner_state.h"
#include "server/schema/lower/plan/recursion.h"

namespace extractd::schema::lower {

class FormPlanner {
 public:
  FormPlanner(const Subset& subset, Fidelity fidelity, Shapes& shapes)
      : state_(subset, fidelity), subset_(subset), shapes_(shapes) {}

  PlannedForms Plan(const Shape& root);

 private:
  // The names on the wire of one object.
  struct Names {
    std::set<std::string_view> declared = {};
    std::set<std::string_view> required = {};
    std::set<std::string> wires = {};
  };

  // `level`: of nesting, from 1, counted anew in each definition.
  const Form* Plan(const Shape& shape, size_t level);
  const Form* PlanParts(const Shape& shape, size_t level);
  const Form* PlanAny(const Shape& shape);
  const Form* PlanImplied(const Shape& shape);
  const Form* TextFor(const Shape& shape, std::string_view reason);
  void TellImplied(const Shape& shape);
  // `form` with the description of `shape`, if it has none of its own.
  const Form* Described(const Form& form, const Shape& shape);

  const Form* PlanReference(const Shape& shape, size_t level);
  const FormDefinition* Define(const Definition& definition);
  std::string FreeName(std::string_view wanted);

  const Form* PlanArray(const Shape& shape, size_t level);
  void LoseElements(const Shape& shape, std::string_view reason);
  const Form* PlanObject(const Shape& shape, size_t level);
  void AddMember(const Property& property, size_t level, Names& names, Form& form);
  std::string WireName(const Property& property, Names& names);
  // An optional property is always given on the wire.
  void MakeGiven(const Shape& shape, FormMember& member);
  void Count(const Shape& shape, const FormMember& member);
  // Members that are not declared. True: there are no others, so the object is a map.
  bool PlanRest(const Shape& shape, size_t level, const Names& names, Form& form);
  void NarrowRest(const Shape& shape);
  // Members that may not be given, where the lowered schema is open.
  void LoseForbidden(const Shape& shape);
  void PlanPairs(const Shape& shape, size_t level, const Names& names, Form& form);

  // One enum of all the values of `shapes`.
  const Form* PlanEnum(const std::vector<const Shape*>& shapes, const Shape& owner);
  std::vector<const Form*> PlanEnums(const std::vector<const Shape*>& branches);
  const Form* PlanUnion(const Shape& shape, size_t level);
  // Null: the subset has no such union.
  const Form* UnionOf(std::vector<const Form*> branches, const Shape& shape, std::string& why_not);
  // The branches of a union in one list. False: one of them takes any value.
  bool Flatten(const Shape& shape, size_t steps, std::vector<const Shape*>& branches);
  void TellExclusive(const Shape& united);

  PlannerState state_;
  const Subset& subset_;
  Shapes& shapes_;
  std::set<Edge> back_edges_;
  std::map<const Definition*, FormDefinition*> definitions_;
  std::set<std::string> names_;
  std::vector<FormDefinition*> pending_;
  const Definition* current_ = nullptr;  // the definition that is planned; null: the root
  size_t nesting_ = 0;
};

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_PLAN_FORM_PLANNER_H_
