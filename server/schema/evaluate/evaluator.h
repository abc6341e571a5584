// Evaluator: runs a program over one instance. Used by one thread, for one run.
//
// Without a report it stops at the first thing that is wrong and allocates nothing, but for marks
// of large values and uniqueItems of long lists; with one it goes on and describes all of them.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_EVALUATOR_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_EVALUATOR_H_

#include <cstddef>
#include <cstdint>

#include "server/schema/evaluate/marks.h"
#include "server/schema/evaluate/place.h"
#include "server/schema/explain/report.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

// Bounds of one run. Beyond them the instance counts as invalid, and the only issue says why.
inline constexpr size_t kMaxNesting = 2000;      // schemas within schemas
inline constexpr size_t kMaxSteps = 50'000'000;  // schemas applied to values

class Evaluator {
 public:
  // All outlive the evaluator. `report` null: only the answer counts.
  Evaluator(const CompiledSchema::Program& program, const ValidateOptions& options, Report* report)
      : program_(program), options_(options), report_(report) {}

  bool Run(const json::Value& instance);

 private:
  // The resources that were entered on the way to a schema, innermost first.
  struct Scope {
    std::uint32_t resource = 0;
    const Scope* outer = nullptr;
  };
  struct Frame {
    const Place& place;
    Marks* marks = nullptr;  // null: nobody asks what was evaluated
    const Scope* scope = nullptr;
    const Block* block = nullptr;

    const json::Value& value() const { return place.value; }
  };

  // A schema on the same value (`marks` are that value's) or on a child of it.
  bool Apply(BlockIndex block, const Frame& frame, Marks* marks);
  bool ApplyToChild(BlockIndex block, const Frame& frame, const json::Value& child, size_t index);
  bool ApplyToPlace(BlockIndex block, const Place& place, const Scope* scope, Marks* marks);
  bool ApplySilently(BlockIndex block, const Frame& frame, Marks* marks);
  bool RunBlock(const Frame& frame);
  bool RunCode(const Frame& frame);
  bool RunInstruction(const Instruction& instruction, const Frame& frame);

  // values.cc
  bool RunScalar(const Instruction& instruction, const Frame& frame);
  bool IsOfType(TypeSet types, const json::Value& value) const;
  bool IsAllowed(const EnumOperand& operand, const json::Value& value) const;
  bool RunUniqueItems(const Instruction& instruction, const Frame& frame);

  // children.cc
  bool RunMembers(const Instruction& instruction, const Frame& frame);
  bool RunMember(
      const MemberRules& rules,
      const MemberRule* rule,
      const Frame& frame,
      const json::Value& member,
      size_t index
  );
  bool ReportMissing(const MemberRules& rules, const Frame& frame);
  bool RunItems(const Instruction& instruction, const Frame& frame);
  bool RunContains(const Instruction& instruction, const Frame& frame);
  bool RunPropertyNames(const Instruction& instruction, const Frame& frame);
  bool RunDependentRequired(const Instruction& instruction, const Frame& frame);
  bool RunUnevaluated(const Instruction& instruction, const Frame& frame);

  // combinators.cc
  bool RunAllOf(const Instruction& instruction, const Frame& frame);
  bool RunAnyOf(const Instruction& instruction, const Frame& frame);
  bool RunOneOf(const Instruction& instruction, const Frame& frame);
  bool RunNot(const Instruction& instruction, const Frame& frame);
  bool RunIf(const Instruction& instruction, const Frame& frame);
  bool RunDependentSchemas(const Instruction& instruction, const Frame& frame);
  bool RunRef(const Instruction& instruction, BlockIndex target, const Frame& frame);
  bool RunDynamicRef(const Instruction& instruction, const Frame& frame);
  // Describes why no branch of a list holds: the one that came closest.
  void ReportBranches(const Instruction& instruction, const Frame& frame);

  // Always false, for `return Fail(…)`.
  bool Fail(const Instruction& instruction, const Frame& frame);
  Failure FailureAt(Keyword keyword, const Frame& frame) const;

  const CompiledSchema::Program& program_;
  const ValidateOptions& options_;
  Report* report_;
  size_t nesting_ = 0;
  size_t steps_ = 0;
  bool aborted_ = false;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_EVALUATOR_H_
