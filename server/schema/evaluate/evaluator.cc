#include "server/schema/evaluate/evaluator.h"

#include <algorithm>

namespace extractd::schema {
namespace {

// Where one of these fails, it does not say what it would have evaluated.
bool IsCombinator(Op op) {
  return op >= Op::kDependentSchemas && op <= Op::kDynamicRef;
}

// REQUIRES: nested no deeper than parsers allow.
size_t CountValues(const json::Value& value) {
  size_t count = 1;
  for (const json::Value& child : value) count += CountValues(child);
  return count;
}

}  // namespace

bool Evaluator::Run(BlockIndex block, const json::Value& instance) {
  instance_ = &instance;
  const bool valid = ApplyToPlace(block, {.value = instance}, nullptr, nullptr);
  if (!aborted_) return valid;
  if (report_ != nullptr) *report_ = DescribeAbort(*report_, instance);
  return false;
}

bool Evaluator::ApplyToPlace(
    BlockIndex index, const Place& place, const Scope* scope, Marks* marks
) {
  if (nesting_ >= kMaxNesting) aborted_ = true;
  if (!Charge(1)) return false;
  ++nesting_;
  const Block& block = program_.blocks[index];
  const Scope entered = {.resource = block.resource, .outer = scope};
  const bool same = !program_.dynamic || (scope != nullptr && scope->resource == block.resource);
  const bool valid =
      RunBlock({.place = place, .marks = marks, .scope = same ? scope : &entered, .block = &block});
  --nesting_;
  return valid;
}

bool Evaluator::ExtendSteps() {
  const size_t steps = kLeastSteps + kStepsPerValue * CountValues(*instance_);
  max_steps_ = std::min(steps, kMaxSteps);
  return steps_ <= max_steps_;
}

bool Evaluator::Apply(BlockIndex block, const Frame& frame, Marks* marks) {
  return ApplyToPlace(block, frame.place, frame.scope, marks);
}

bool Evaluator::RunBlock(const Frame& frame) {
  if (!frame.block->unevaluated || frame.value().size() == 0) return RunCode(frame);
  Marks marks(frame.value().size());
  Frame own = frame;
  own.marks = &marks;
  const bool valid = RunCode(own);
  if (frame.marks != nullptr) frame.marks->Merge(marks);
  return valid;
}

bool Evaluator::RunCode(const Frame& frame) {
  bool valid = true;
  bool marks_complete = true;
  for (std::uint32_t i = frame.block->first; i < frame.block->last; ++i) {
    const Instruction& instruction = program_.code[i];
    // What the failed branches would have evaluated must not be reported as well.
    if (instruction.op >= Op::kUnevaluatedItems && !marks_complete) break;
    if (RunInstruction(instruction, frame)) continue;
    if (Stops(false)) return false;
    valid = false;
    marks_complete = marks_complete && !IsCombinator(instruction.op);
  }
  return valid;
}

bool Evaluator::RunInstruction(const Instruction& instruction, const Frame& frame) {
  switch (instruction.op) {
    case Op::kMembers:
      return RunMembers(instruction, frame);
    case Op::kItems:
      return RunItems(instruction, frame);
    case Op::kContains:
      return RunContains(instruction, frame);
    case Op::kPropertyNames:
      return RunPropertyNames(instruction, frame);
    case Op::kDependentRequired:
      return RunDependentRequired(instruction, frame);
    case Op::kDependentSchemas:
      return RunDependentSchemas(instruction, frame);
    case Op::kAllOf:
      return RunAllOf(instruction, frame);
    case Op::kAnyOf:
      return RunAnyOf(instruction, frame);
    case Op::kOneOf:
      return RunOneOf(instruction, frame);
    case Op::kNot:
      return RunNot(instruction, frame);
    case Op::kIf:
      return RunIf(instruction, frame);
    case Op::kRef:
      return RunRef(instruction, instruction.operand, frame);
    case Op::kDynamicRef:
      return RunDynamicRef(instruction, frame);
    case Op::kUnevaluatedItems:
    case Op::kUnevaluatedProperties:
      return RunUnevaluated(instruction, frame);
    case Op::kUniqueItems:
      return RunUniqueItems(instruction, frame);
    default:
      return RunScalar(instruction, frame);
  }
}

bool Evaluator::Reject(
    Keyword keyword,
    const Frame& frame,
    const Place& place,
    absl::FunctionRef<Description()> describe
) {
  if (report_ == nullptr || !report_->Count()) return false;
  const Failure failure = {
      .place = place, .keyword = keyword, .schema_pointer = program_.PointerOf(*frame.block)
  };
  report_->Add(failure, describe());
  return false;
}

}  // namespace extractd::schema
