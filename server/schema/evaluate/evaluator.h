// Evaluator: runs a program over one instance. Used by one thread, for one run.
//
// Without a report it stops at the first thing that is wrong and allocates nothing, but for marks
// of large values and uniqueItems of long lists; with one it goes on and describes all of them.
#ifndef EXTRACTD_SERVER_SCHEMA_EVALUATE_EVALUATOR_H_
#define EXTRACTD_SERVER_SCHEMA_EVALUATE_EVALUATOR_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <absl/functional/function_ref.h>

#include "server/schema/evaluate/marks.h"
#include "server/schema/evaluate/place.h"
#include "server/schema/explain/describe.h"
#include "server/schema/explain/report.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

// Bounds of one run. Beyond them the instance counts as invalid, and the only issue says why.
inline constexpr size_t kMaxNesting = 2000;  // schemas within schemas
// Schemas applied to values: some for each value of the instance.
inline constexpr size_t kLeastSteps = 2'000'000;
inline constexpr size_t kStepsPerValue = 1000;
inline constexpr size_t kMaxSteps = 200'000'000;
// Comparing so many names of members is as much work as applying a schema.
inline constexpr size_t kMembersPerStep = 8;

class Evaluator {
 public:
  // All outlive the evaluator. `report` null: only the answer counts.
  Evaluator(const CompiledSchema::Program& program, const ValidateOptions& options, Report* report)
      : program_(program), options_(options), report_(report) {}

  // REQUIRES: called once.
  bool Run(const json::Value& instance) { return Run(program_.root, instance); }
  // The same under one schema of the program alone.
  bool Run(BlockIndex block, const json::Value& instance);

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
  bool ApplyToChild(BlockIndex block, const Frame& frame, const Place& child) {
    // Most schemas are leaves, most answers valid: they need no frame.
    const Block& leaf = program_.blocks[block];
    if (leaf.scalar && report_ == nullptr) return Charge(1) && HoldsForAll(leaf, child.value);
    return ApplyToPlace(block, child, frame.scope, nullptr);
  }
  bool ApplyToChild(BlockIndex block, const Frame& frame, const json::Value& child, size_t index);
  bool ApplyToPlace(BlockIndex block, const Place& place, const Scope* scope, Marks* marks);
  // Counts work that grows with the value as steps. False: there are none left.
  bool Charge(size_t steps) {
    steps_ += steps;
    if (steps_ > max_steps_ && !ExtendSteps()) aborted_ = true;
    return !aborted_;
  }
  // More steps, where the instance is large enough for them. False: there are none.
  bool ExtendSteps();
  bool RunBlock(const Frame& frame);
  bool RunCode(const Frame& frame);
  bool RunInstruction(const Instruction& instruction, const Frame& frame);

  // Goes on after a failure only to describe all of them.
  bool Stops(bool valid) const { return !valid && (report_ == nullptr || aborted_); }

  // values.cc
  bool RunScalar(const Instruction& instruction, const Frame& frame);
  bool Holds(const Instruction& instruction, const json::Value& value);
  // All instructions of a scalar block.
  bool HoldsForAll(const Block& block, const json::Value& value);
  bool HoldsForText(const Instruction& instruction, std::string_view text);
  bool RunUniqueItems(const Instruction& instruction, const Frame& frame);

  // members.cc
  bool RunMembers(const Instruction& instruction, const Frame& frame);
  // Whether all of them hold, where nobody asks why not. REQUIRES: no report, marks or patterns.
  bool MembersHold(const MemberRules& rules, const Frame& frame);
  bool RunMember(
      const MemberRules& rules, const MemberRule* rule, const Frame& frame, const Place& member
  );
  bool RunPatterns(
      const MemberRules& rules, const Frame& frame, const Place& member, bool& evaluated
  );
  bool RunAdditional(const MemberRules& rules, const Frame& frame, const Place& member);
  bool ReportMissing(const MemberRules& rules, const Frame& frame);
  bool RunPropertyNames(const Instruction& instruction, const Frame& frame);
  bool RunDependentRequired(const Instruction& instruction, const Frame& frame);

  // items.cc
  bool RunItems(const Instruction& instruction, const Frame& frame);
  bool RunItem(const ItemRules& rules, const Frame& frame, const Place& element);
  bool RunContains(const Instruction& instruction, const Frame& frame);
  std::uint64_t CountMatches(const ContainsRule& rule, const Frame& frame);
  bool RunUnevaluated(const Instruction& instruction, const Frame& frame);

  // combinators.cc
  bool RunAllOf(const Instruction& instruction, const Frame& frame);
  bool RunAnyOf(const Instruction& instruction, const Frame& frame);
  bool RunOneOf(const Instruction& instruction, const Frame& frame);
  // A branch alone, without a report; what it evaluated counts if it holds.
  bool RunBranch(BlockIndex block, const Frame& frame);
  bool RunNot(const Instruction& instruction, const Frame& frame);
  bool RunIf(const Instruction& instruction, const Frame& frame);
  bool RunDependentSchemas(const Instruction& instruction, const Frame& frame);
  bool RunRef(const Instruction& instruction, BlockIndex target, const Frame& frame);
  bool RunDynamicRef(const Instruction& instruction, const Frame& frame);
  // Describes why no branch of a list holds: the one that came closest.
  void ReportBranches(const Instruction& instruction, const Frame& frame);

  // Reports what `describe` says of `keyword` at `place`, if there is a report. Always false, for
  // `return Reject(…)`.
  bool Reject(
      Keyword keyword,
      const Frame& frame,
      const Place& place,
      absl::FunctionRef<Description()> describe
  );

  const CompiledSchema::Program& program_;
  const ValidateOptions& options_;
  Report* report_;
  size_t nesting_ = 0;
  size_t steps_ = 0;
  size_t max_steps_ = kLeastSteps;
  const json::Value* instance_ = nullptr;
  bool aborted_ = false;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_EVALUATE_EVALUATOR_H_
