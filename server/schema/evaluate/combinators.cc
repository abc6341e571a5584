// Evaluator, as far as keywords go that combine schemas for the same value.
#include <optional>
#include <string>
#include <utility>

#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/silence.h"
#include "server/schema/explain/branches.h"
#include "server/schema/explain/describe.h"

namespace extractd::schema {

bool Evaluator::RunAllOf(const Instruction& instruction, const Frame& frame) {
  bool valid = true;
  for (const BlockIndex block : program_.lists[instruction.operand]) {
    valid = Apply(block, frame, frame.marks) && valid;
    if (Stops(valid)) return false;
  }
  return valid;
}

bool Evaluator::RunBranch(BlockIndex block, const Frame& frame) {
  const Silence silence(report_);
  if (frame.marks == nullptr) return Apply(block, frame, nullptr);
  Marks marks(frame.value().size());
  if (!Apply(block, frame, &marks)) return false;
  frame.marks->Merge(marks);
  return true;
}

bool Evaluator::RunAnyOf(const Instruction& instruction, const Frame& frame) {
  bool matched = false;
  for (const BlockIndex block : program_.lists[instruction.operand]) {
    matched = RunBranch(block, frame) || matched;
    if (aborted_) return false;
    // Where marks are asked for, every branch that holds must say what it evaluated.
    if (matched && frame.marks == nullptr) return true;
  }
  if (!matched && report_ != nullptr) ReportBranches(instruction, frame);
  return matched;
}

bool Evaluator::RunOneOf(const Instruction& instruction, const Frame& frame) {
  const auto& blocks = program_.lists[instruction.operand];
  std::optional<size_t> match;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const bool holds = RunBranch(blocks[i], frame);
    if (aborted_) return false;
    if (!holds) continue;
    if (match.has_value()) {
      return Reject(instruction.keyword, frame, frame.place, [&] {
        return DescribeTwoBranches(*match, i);
      });
    }
    match = i;
  }
  if (!match.has_value() && report_ != nullptr) ReportBranches(instruction, frame);
  return match.has_value();
}

void Evaluator::ReportBranches(const Instruction& instruction, const Frame& frame) {
  Branches branches({
      .place = frame.place,
      .keyword = instruction.keyword,
      .schema_pointer = program_.PointerOf(*frame.block),
  });
  for (const BlockIndex block : program_.lists[instruction.operand]) {
    Report report(report_->max_issues());
    report.names = report_->names;
    report.foreign = report_->foreign;
    const Silence meanwhile(report_, &report);
    Apply(block, frame, nullptr);
    if (aborted_) return;
    branches.Add(std::move(report).Take());
  }
  std::move(branches).Describe(*report_);
}

bool Evaluator::RunNot(const Instruction& instruction, const Frame& frame) {
  {
    const Silence silence(report_);
    if (!Apply(instruction.operand, frame, nullptr)) return !aborted_;
  }
  return Reject(instruction.keyword, frame, frame.place, [&] {
    return Describe(program_, instruction, frame.value());
  });
}

bool Evaluator::RunIf(const Instruction& instruction, const Frame& frame) {
  const Condition& condition = program_.conditions[instruction.operand];
  const bool holds = RunBranch(condition.test, frame);
  if (aborted_) return false;
  const BlockIndex next = holds ? condition.then : condition.otherwise;
  return next == kNoBlock || Apply(next, frame, frame.marks);
}

bool Evaluator::RunDependentSchemas(const Instruction& instruction, const Frame& frame) {
  if (!frame.value().is_object()) return true;
  const size_t looks = program_.dependents[instruction.operand].size() * frame.value().size();
  if (!Charge(looks / kMembersPerStep)) return false;
  bool valid = true;
  for (const DependentRule& rule : program_.dependents[instruction.operand]) {
    if (frame.value().Find(rule.name) == nullptr) continue;
    valid = Apply(rule.block, frame, frame.marks) && valid;
    if (Stops(valid)) return false;
  }
  return valid;
}

bool Evaluator::RunRef(const Instruction& instruction, BlockIndex target, const Frame& frame) {
  const bool leaves = frame.block->own && !program_.blocks[target].own;
  if (report_ == nullptr || !leaves) return Apply(target, frame, frame.marks);
  // Pointers into another document would mean nothing to the caller.
  std::string reference(program_.PointerOf(*frame.block));
  json::AppendToken(KeywordName(instruction.keyword), reference);
  const std::string* before = report_->foreign;
  report_->foreign = &reference;
  const bool valid = Apply(target, frame, frame.marks);
  report_->foreign = before;
  return valid;
}

bool Evaluator::RunDynamicRef(const Instruction& instruction, const Frame& frame) {
  const DynamicRef& reference = program_.dynamic_refs[instruction.operand];
  const auto& targets = program_.dynamic_anchors[reference.anchor];
  BlockIndex target = reference.fallback;
  // The outermost resource that has the anchor counts.
  for (const Scope* scope = frame.scope; scope != nullptr; scope = scope->outer) {
    const auto found = targets.find(scope->resource);
    if (found != targets.end()) target = found->second;
  }
  return RunRef(instruction, target, frame);
}

}  // namespace extractd::schema
