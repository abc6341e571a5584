// Evaluator, as far as keywords go that look at the elements of an array, and unevaluated*.
#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/silence.h"

namespace extractd::schema {

bool Evaluator::RunItems(const Instruction& instruction, const Frame& frame) {
  const json::Value& list = frame.value();
  if (!list.is_array()) return true;
  const ItemRules& rules = program_.items[instruction.operand];
  bool valid = true;
  size_t index = 0;
  for (const json::Value& value : list) {
    if (index >= rules.prefix.size() && rules.rest == kNoBlock) break;
    if (frame.marks != nullptr) frame.marks->Mark(index);
    const Place element = {.value = value, .parent = &frame.place, .index = index++};
    valid = RunItem(rules, frame, element) && valid;
    if (Stops(valid)) return false;
  }
  return valid;
}

bool Evaluator::RunItem(const ItemRules& rules, const Frame& frame, const Place& element) {
  if (element.index < rules.prefix.size()) {
    return ApplyToChild(rules.prefix[element.index], frame, element);
  }
  if (!rules.forbids_rest) return ApplyToChild(rules.rest, frame, element);
  return Reject(rules.rest_keyword, frame, element, [&] {
    return DescribeExtraElement(rules.prefix.size());
  });
}

bool Evaluator::RunContains(const Instruction& instruction, const Frame& frame) {
  if (!frame.value().is_array()) return true;
  const ContainsRule& rule = program_.contains[instruction.operand];
  const std::uint64_t matches = CountMatches(rule, frame);
  if (aborted_) return false;
  const bool too_many = rule.max.has_value() && matches > *rule.max;
  if (matches >= rule.min && !too_many) return true;
  Keyword keyword = too_many ? Keyword::kMaxContains : Keyword::kContains;
  if (matches < rule.min && rule.min != 1) keyword = Keyword::kMinContains;
  return Reject(keyword, frame, frame.place, [&] { return DescribeContains(rule, matches); });
}

// Stops counting where the rest decides nothing.
std::uint64_t Evaluator::CountMatches(const ContainsRule& rule, const Frame& frame) {
  const Silence silence(report_);
  const bool counts_all = frame.marks != nullptr || rule.max.has_value();
  std::uint64_t matches = 0;
  size_t index = 0;
  for (const json::Value& value : frame.value()) {
    if (aborted_ || (!counts_all && matches >= rule.min)) break;
    const Place element = {.value = value, .parent = &frame.place, .index = index++};
    if (!ApplyToChild(rule.block, frame, element)) continue;
    ++matches;
    if (frame.marks != nullptr) frame.marks->Mark(element.index);
  }
  return matches;
}

bool Evaluator::RunUnevaluated(const Instruction& instruction, const Frame& frame) {
  const json::Value& parent = frame.value();
  const bool of_items = instruction.op == Op::kUnevaluatedItems;
  if (parent.size() == 0 || parent.is_array() != of_items) return true;
  const bool forbidden = program_.IsFalse(program_.blocks[instruction.operand]);
  bool valid = true;
  size_t index = 0;
  for (const json::Value& value : parent) {
    const Place child = {.value = value, .parent = &frame.place, .index = index++};
    if (frame.marks->IsMarked(child.index)) continue;
    if (forbidden) {
      valid = Reject(instruction.keyword, frame, child, [&] {
        return DescribeUnevaluated(value, of_items);
      });
    } else {
      valid = ApplyToChild(instruction.operand, frame, child) && valid;
    }
    if (Stops(valid)) return false;
  }
  frame.marks->MarkAll();
  return valid;
}

}  // namespace extractd::schema
