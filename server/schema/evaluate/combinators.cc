// Evaluator, as far as keywords go that combine schemas for the same value.
#include <algorithm>
#include <optional>
#include <vector>

#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/silence.h"
#include "server/schema/explain/branches.h"
#include "server/schema/explain/describe.h"

namespace extractd::schema {

bool Evaluator::RunAllOf(const Instruction& instruction, const Frame& frame) {
  bool valid = true;
  for (const BlockIndex block : program_.lists[instruction.operand]) {
    valid = Apply(block, frame, frame.marks) && valid;
    if (!valid && (report_ == nullptr || aborted_)) return false;
  }
  return valid;
}

bool Evaluator::RunAnyOf(const Instruction& instruction, const Frame& frame) {
  bool matched = false;
  for (const BlockIndex block : program_.lists[instruction.operand]) {
    if (frame.marks == nullptr) {
      if (ApplySilently(block, frame, nullptr)) return true;
    } else {
      // Every branch that holds says what it evaluated; one that does not says nothing.
      Marks marks(frame.value().size());
      if (ApplySilently(block, frame, &marks)) {
        matched = true;
        frame.marks->Merge(marks);
      }
    }
    if (aborted_) return false;
  }
  if (!matched && report_ != nullptr) ReportBranches(instruction, frame);
  return matched;
}

bool Evaluator::RunOneOf(const Instruction& instruction, const Frame& frame) {
  const auto& blocks = program_.lists[instruction.operand];
  size_t matches = 0;
  size_t first = 0;
  size_t second = 0;
  std::optional<Marks> marks;
  for (size_t i = 0; i < blocks.size() && matches < 2; ++i) {
    std::optional<Marks> own;
    if (frame.marks != nullptr) own.emplace(frame.value().size());
    if (ApplySilently(blocks[i], frame, own.has_value() ? &*own : nullptr)) {
      (++matches == 1 ? first : second) = i;
      if (matches == 1) marks = std::move(own);
    }
    if (aborted_) return false;
  }
  if (matches == 1) {
    if (frame.marks != nullptr) frame.marks->Merge(*marks);
    return true;
  }
  if (report_ == nullptr) return false;
  if (matches == 0) {
    ReportBranches(instruction, frame);
  } else if (report_->Count()) {
    const Description description = DescribeTwoBranches(first, second);
    report_->Add(FailureAt(instruction.keyword, frame), description.expected, description.message);
  }
  return false;
}

void Evaluator::ReportBranches(const Instruction& instruction, const Frame& frame) {
  std::vector<IssueList> branches;
  for (const BlockIndex block : program_.lists[instruction.operand]) {
    Report report(report_->max_issues());
    report.names = report_->names;
    report.foreign = report_->foreign;
    const Silence meanwhile(report_, &report);
    Apply(block, frame, nullptr);
    if (aborted_) return;
    branches.push_back(std::move(report).Take());
  }
  AddBranches(FailureAt(instruction.keyword, frame), std::move(branches), *report_);
}

bool Evaluator::RunNot(const Instruction& instruction, const Frame& frame) {
  if (!ApplySilently(instruction.operand, frame, nullptr)) return !aborted_;
  return Fail(instruction, frame);
}

bool Evaluator::RunIf(const Instruction& instruction, const Frame& frame) {
  const Condition& condition = program_.conditions[instruction.operand];
  std::optional<Marks> marks;
  if (frame.marks != nullptr) marks.emplace(frame.value().size());
  const bool holds = ApplySilently(condition.test, frame, marks.has_value() ? &*marks : nullptr);
  if (aborted_) return false;
  if (holds && frame.marks != nullptr) frame.marks->Merge(*marks);
  const BlockIndex next = holds ? condition.then : condition.otherwise;
  return next == kNoBlock || Apply(next, frame, frame.marks);
}

bool Evaluator::RunDependentSchemas(const Instruction& instruction, const Frame& frame) {
  if (!frame.value().is_object()) return true;
  bool valid = true;
  for (const DependentRule& rule : program_.dependents[instruction.operand]) {
    if (frame.value().Find(rule.name) == nullptr) continue;
    valid = Apply(rule.block, frame, frame.marks) && valid;
    if (!valid && (report_ == nullptr || aborted_)) return false;
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
