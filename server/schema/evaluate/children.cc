// Evaluator, as far as keywords go that look at elements and members.
#include <algorithm>

#include <fmt/format.h>

#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/silence.h"
#include "server/schema/explain/describe.h"

namespace extractd::schema {
namespace {

// Finds the rules for the names of an object. Members mostly stand in the schema's order, so the
// rule behind the last one is tried first.
class RuleFinder {
 public:
  explicit RuleFinder(const MemberRules& rules) : rules_(rules) {}

  const MemberRule* Find(std::string_view name) {
    const auto& rules = rules_.rules;
    if (next_ < rules.size() && rules[next_].name == name) return &rules[next_++];
    if (rules_.by_name.empty()) {
      const auto found = std::ranges::find(rules, name, &MemberRule::name);
      return Take(static_cast<size_t>(found - rules.begin()));
    }
    const auto found = rules_.by_name.find(name);
    return Take(found == rules_.by_name.end() ? rules.size() : found->second);
  }

 private:
  const MemberRule* Take(size_t index) {
    if (index == rules_.rules.size()) return nullptr;
    next_ = index + 1;
    return &rules_.rules[index];
  }

  const MemberRules& rules_;
  size_t next_ = 0;
};

// Which of the required names have been seen. The marks are made only where one word does not do.
class SeenNames {
 public:
  explicit SeenNames(size_t required) : required_(required), marks_(required) {}

  void See(size_t index) {
    if (marks_.IsMarked(index)) return;
    marks_.Mark(index);
    ++seen_;
  }
  bool all() const { return seen_ == required_; }

 private:
  size_t required_;
  size_t seen_ = 0;
  Marks marks_;
};

}  // namespace

bool Evaluator::RunMembers(const Instruction& instruction, const Frame& frame) {
  const json::Value& object = frame.value();
  if (!object.is_object()) return true;
  const MemberRules& rules = program_.members[instruction.operand];
  bool valid = true;
  if (report_ != nullptr && rules.required_first) valid = ReportMissing(rules, frame);
  RuleFinder finder(rules);
  SeenNames seen(rules.required.size());
  size_t index = 0;
  for (const json::Value& member : object) {
    const MemberRule* rule = finder.Find(member.key());
    if (rule != nullptr && rule->required != MemberRule::kNotRequired) seen.See(rule->required);
    if (!RunMember(rules, rule, frame, member, index++)) {
      if (report_ == nullptr || aborted_) return false;
      valid = false;
    }
  }
  if (report_ != nullptr && !rules.required_first) valid = ReportMissing(rules, frame) && valid;
  return valid && seen.all();
}

bool Evaluator::RunMember(
    const MemberRules& rules,
    const MemberRule* rule,
    const Frame& frame,
    const json::Value& member,
    size_t index
) {
  bool valid = true;
  bool evaluated = false;
  if (rule != nullptr && rule->declared) {
    evaluated = true;
    valid = ApplyToChild(rule->block, frame, member, index);
  }
  for (const PatternRule& pattern : rules.patterns) {
    if (!valid && report_ == nullptr) return false;
    if (!pattern.pattern->Matches(member.key())) continue;
    evaluated = true;
    valid = ApplyToChild(pattern.block, frame, member, index) && valid;
  }
  if (!evaluated && rules.has_additional) {
    evaluated = true;
    if (!rules.forbids_additional) {
      valid = ApplyToChild(rules.additional, frame, member, index);
    } else {
      valid = false;
      if (report_ != nullptr && report_->Count()) {
        const Place place = {.value = member, .parent = &frame.place, .index = index};
        const Description description = DescribeUnknownMember(rules, member.key());
        report_->Add(
            {.place = place,
             .keyword = Keyword::kAdditionalProperties,
             .schema_pointer = program_.PointerOf(*frame.block)},
            description.expected,
            description.message
        );
      }
    }
  }
  if (evaluated && frame.marks != nullptr) frame.marks->Mark(index);
  return valid;
}

bool Evaluator::ReportMissing(const MemberRules& rules, const Frame& frame) {
  bool valid = true;
  for (const std::string_view name : rules.required) {
    if (frame.value().Find(name) != nullptr) continue;
    valid = false;
    if (!report_->Count()) continue;
    const Description description = DescribeMissing(name);
    report_->Add(FailureAt(Keyword::kRequired, frame), description.expected, description.message);
  }
  return valid;
}

bool Evaluator::RunItems(const Instruction& instruction, const Frame& frame) {
  const json::Value& list = frame.value();
  if (!list.is_array()) return true;
  const ItemRules& rules = program_.items[instruction.operand];
  bool valid = true;
  size_t index = 0;
  for (const json::Value& element : list) {
    const bool in_prefix = index < rules.prefix.size();
    if (!in_prefix && rules.rest == kNoBlock) break;
    if (frame.marks != nullptr) frame.marks->Mark(index);
    if (in_prefix || !rules.forbids_rest) {
      const BlockIndex block = in_prefix ? rules.prefix[index] : rules.rest;
      valid = ApplyToChild(block, frame, element, index) && valid;
    } else {
      valid = false;
      if (report_ != nullptr && report_->Count()) {
        const Description description = DescribeExtraElement(rules.prefix.size());
        const Place place = {.value = element, .parent = &frame.place, .index = index};
        report_->Add(
            {.place = place,
             .keyword = rules.rest_keyword,
             .schema_pointer = program_.PointerOf(*frame.block)},
            description.expected,
            description.message
        );
      }
    }
    if (!valid && (report_ == nullptr || aborted_)) return false;
    ++index;
  }
  return valid;
}

bool Evaluator::RunContains(const Instruction& instruction, const Frame& frame) {
  const json::Value& list = frame.value();
  if (!list.is_array()) return true;
  const ContainsRule& rule = program_.contains[instruction.operand];
  std::uint64_t matches = 0;
  {
    const Silence silence(report_);
    size_t index = 0;
    for (const json::Value& element : list) {
      if (ApplyToChild(rule.block, frame, element, index)) {
        ++matches;
        if (frame.marks != nullptr) frame.marks->Mark(index);
      }
      if (aborted_) return false;
      ++index;
      const bool decided = frame.marks == nullptr && !rule.max.has_value() && matches >= rule.min;
      if (decided) return true;
    }
  }
  const bool too_few = matches < rule.min;
  const bool too_many = rule.max.has_value() && matches > *rule.max;
  if (!too_few && !too_many) return true;
  if (report_ == nullptr || !report_->Count()) return false;
  const Description description = DescribeContains(rule, matches);
  Keyword keyword = too_many ? Keyword::kMaxContains : Keyword::kContains;
  if (too_few && rule.min != 1) keyword = Keyword::kMinContains;
  report_->Add(FailureAt(keyword, frame), description.expected, description.message);
  return false;
}

bool Evaluator::RunPropertyNames(const Instruction& instruction, const Frame& frame) {
  if (!frame.value().is_object()) return true;
  bool valid = true;
  for (const json::Value& member : frame.value()) {
    // The name stands at the object's own place.
    const json::Value name = json::Value::OfString(member.key(), frame.value().key());
    const Place place = {.value = name, .parent = frame.place.parent, .index = frame.place.index};
    const bool before = report_ != nullptr && report_->names;
    if (report_ != nullptr) report_->names = true;
    valid = ApplyToPlace(instruction.operand, place, frame.scope, nullptr) && valid;
    if (report_ != nullptr) report_->names = before;
    if (!valid && (report_ == nullptr || aborted_)) return false;
  }
  return valid;
}

bool Evaluator::RunDependentRequired(const Instruction& instruction, const Frame& frame) {
  if (!frame.value().is_object()) return true;
  bool valid = true;
  for (const DependentRule& rule : program_.dependents[instruction.operand]) {
    if (frame.value().Find(rule.name) == nullptr) continue;
    for (const std::string_view name : rule.required) {
      if (frame.value().Find(name) != nullptr) continue;
      valid = false;
      if (report_ == nullptr) return false;
      if (!report_->Count()) continue;
      const Description description = DescribeDependent(rule.name, name);
      report_->Add(
          FailureAt(instruction.keyword, frame), description.expected, description.message
      );
    }
  }
  return valid;
}

bool Evaluator::RunUnevaluated(const Instruction& instruction, const Frame& frame) {
  const json::Value& value = frame.value();
  const bool of_items = instruction.op == Op::kUnevaluatedItems;
  if (value.size() == 0 || value.is_array() != of_items) return true;
  const Block& target = program_.blocks[instruction.operand];
  const bool forbidden = target.last > target.first && program_.code[target.first].op == Op::kFail;
  bool valid = true;
  size_t index = 0;
  for (const json::Value& child : value) {
    const size_t at = index++;
    if (frame.marks->IsMarked(at)) continue;
    if (!forbidden) {
      valid = ApplyToChild(instruction.operand, frame, child, at) && valid;
    } else {
      valid = false;
      if (report_ != nullptr && report_->Count()) {
        const Place place = {.value = child, .parent = &frame.place, .index = at};
        const Description description = DescribeUnevaluated(child, of_items);
        report_->Add(
            {.place = place,
             .keyword = instruction.keyword,
             .schema_pointer = program_.PointerOf(*frame.block)},
            description.expected,
            description.message
        );
      }
    }
    if (!valid && (report_ == nullptr || aborted_)) return false;
  }
  frame.marks->MarkAll();
  return valid;
}

}  // namespace extractd::schema
