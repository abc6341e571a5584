// Evaluator, as far as keywords go that look at the members of an object.
#include <algorithm>

#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/same_text.h"

namespace extractd::schema {
namespace {

// Finds the rules for the names of an object. Members mostly stand in the schema's order, so the
// rule behind the last one is tried first.
class RuleFinder {
 public:
  explicit RuleFinder(const MemberRules& rules) : rules_(rules) {}

  const MemberRule* Find(std::string_view name) {
    const auto& rules = rules_.rules;
    if (next_ < rules.size() && SameText(rules[next_].name, name)) return &rules[next_++];
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

// Which of the required names have been seen.
class SeenNames {
 public:
  explicit SeenNames(size_t required) : required_(required), marks_(required) {}

  // A member with this rule, or with none.
  void See(const MemberRule* rule) {
    if (rule == nullptr || rule->required == MemberRule::kNotRequired) return;
    if (marks_.IsMarked(rule->required)) return;
    marks_.Mark(rule->required);
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
  if (!Charge(object.size() / kMembersPerStep)) return false;
  const bool plain = report_ == nullptr && frame.marks == nullptr && rules.patterns.empty();
  if (plain) return MembersHold(rules, frame);
  bool valid = true;
  if (report_ != nullptr && rules.required_first) valid = ReportMissing(rules, frame);
  RuleFinder finder(rules);
  SeenNames seen(rules.required.size());
  size_t index = 0;
  for (const json::Value& value : object) {
    const MemberRule* rule = finder.Find(value.key());
    seen.See(rule);
    const Place member = {.value = value, .parent = &frame.place, .index = index++};
    valid = RunMember(rules, rule, frame, member) && valid;
    if (Stops(valid)) return false;
  }
  if (report_ != nullptr && !rules.required_first) valid = ReportMissing(rules, frame) && valid;
  return valid && seen.all();
}

bool Evaluator::MembersHold(const MemberRules& rules, const Frame& frame) {
  const json::Value& object = frame.value();
  if (!Charge(object.size())) return false;
  RuleFinder finder(rules);
  SeenNames seen(rules.required.size());
  size_t index = 0;
  for (const json::Value& value : object) {
    const MemberRule* rule = finder.Find(value.key());
    seen.See(rule);
    const size_t at = index++;
    const bool declared = rule != nullptr && rule->declared;
    if (!declared && !rules.has_additional) continue;
    if (!declared && rules.forbids_additional) return false;
    const BlockIndex index_of_block = declared ? rule->block : rules.additional;
    const Block& block = program_.blocks[index_of_block];
    if (block.scalar) {
      if (!HoldsForAll(block, value)) return false;
    } else {
      const Place member = {.value = value, .parent = &frame.place, .index = at};
      if (!ApplyToPlace(index_of_block, member, frame.scope, nullptr)) return false;
    }
  }
  return seen.all();
}

bool Evaluator::RunMember(
    const MemberRules& rules, const MemberRule* rule, const Frame& frame, const Place& member
) {
  bool evaluated = rule != nullptr && rule->declared;
  bool valid = !evaluated || ApplyToChild(rule->block, frame, member);
  if (Stops(valid)) return false;
  if (!rules.patterns.empty()) valid = RunPatterns(rules, frame, member, evaluated) && valid;
  if (!evaluated && rules.has_additional) {
    evaluated = true;
    valid = RunAdditional(rules, frame, member);
  }
  if (evaluated && frame.marks != nullptr) frame.marks->Mark(member.index);
  return valid;
}

bool Evaluator::RunPatterns(
    const MemberRules& rules, const Frame& frame, const Place& member, bool& evaluated
) {
  bool valid = true;
  for (const PatternRule& pattern : rules.patterns) {
    if (!pattern.pattern->Matches(member.value.key())) continue;
    evaluated = true;
    valid = ApplyToChild(pattern.block, frame, member) && valid;
    if (Stops(valid)) return false;
  }
  return valid;
}

bool Evaluator::RunAdditional(const MemberRules& rules, const Frame& frame, const Place& member) {
  if (!rules.forbids_additional) return ApplyToChild(rules.additional, frame, member);
  return Reject(Keyword::kAdditionalProperties, frame, member, [&] {
    return DescribeUnknownMember(rules, member.value.key());
  });
}

bool Evaluator::ReportMissing(const MemberRules& rules, const Frame& frame) {
  bool valid = true;
  for (const std::string_view name : rules.required) {
    if (frame.value().Find(name) != nullptr) continue;
    valid = Reject(Keyword::kRequired, frame, frame.place, [&] { return DescribeMissing(name); });
  }
  return valid;
}

bool Evaluator::RunPropertyNames(const Instruction& instruction, const Frame& frame) {
  if (!frame.value().is_object()) return true;
  const bool before = report_ != nullptr && report_->names;
  if (report_ != nullptr) report_->names = true;
  bool valid = true;
  for (const json::Value& member : frame.value()) {
    // The name stands at the object's own place.
    const json::Value name = json::Value::OfString(member.key(), frame.value().key());
    const Place place = {.value = name, .parent = frame.place.parent, .index = frame.place.index};
    valid = ApplyToPlace(instruction.operand, place, frame.scope, nullptr) && valid;
    if (Stops(valid)) break;
  }
  if (report_ != nullptr) report_->names = before;
  return valid;
}

bool Evaluator::RunDependentRequired(const Instruction& instruction, const Frame& frame) {
  const size_t looks = program_.dependents[instruction.operand].size() * frame.value().size();
  if (!Charge(looks / kMembersPerStep)) return false;
  bool valid = true;
  for (const DependentRule& rule : program_.dependents[instruction.operand]) {
    if (frame.value().Find(rule.name) == nullptr) continue;
    for (const std::string_view name : rule.required) {
      if (frame.value().Find(name) != nullptr) continue;
      valid = Reject(instruction.keyword, frame, frame.place, [&] {
        return DescribeDependent(rule.name, name);
      });
      if (Stops(valid)) return false;
    }
  }
  return valid;
}

}  // namespace extractd::schema
