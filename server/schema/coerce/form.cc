#include "server/schema/coerce/form.h"

#include <algorithm>

#include "server/json/decimal.h"
#include "server/json/pointer.h"
#include "server/json/read.h"

namespace extractd::schema {
namespace {

constexpr int kMaxDepth = 16;  // of $ref and allOf
constexpr TypeSet kNumberBits = TypeBit(json::Type::kNumber) | kIntegerBit;

TypeSet TypesOf(const EnumOperand& allowed) {
  TypeSet types = 0;
  for (const json::Value* value : allowed.values) types |= TypeBit(value->type());
  return types;
}

}  // namespace

const FormMember* Form::Find(std::string_view name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &members[found->second];
}

const Form& Forms::Of(BlockIndex block) {
  std::unique_ptr<const Form>& made = made_[block];
  if (made == nullptr) {
    auto form = std::make_unique<Form>();
    Collect(block, *form, 0);
    made = std::move(form);
  }
  return *made;
}

const json::Value* Forms::SchemaOf(BlockIndex block) const {
  const Block& of = program_.blocks[block];
  return of.own ? json::Resolve(program_.document.root(), program_.PointerOf(of)) : nullptr;
}

void Forms::Collect(BlockIndex index, Form& form, int depth) {
  if (depth > kMaxDepth) return;
  const Block& block = program_.blocks[index];
  const json::Value* schema = SchemaOf(index);
  if (schema != nullptr && form.title.empty()) form.title = json::StringMember(*schema, "title");
  if (schema != nullptr && json::StringMember(*schema, "x-stream") == "atomic") form.atomic = true;
  for (std::uint32_t at = block.first; at < block.last; ++at) {
    const Instruction& instruction = program_.code[at];
    const std::uint32_t operand = instruction.operand;
    switch (instruction.op) {
      case Op::kType: {
        TypeSet types = operand & ~kIntegerBit;
        const bool number = (operand & TypeBit(json::Type::kNumber)) != 0;
        if ((operand & kNumberBits) != 0) types |= TypeBit(json::Type::kNumber);
        form.integer = form.integer || ((operand & kIntegerBit) != 0 && !number);
        form.types &= types;
        break;
      }
      case Op::kEnum:
        CollectValues(program_.enums[operand], schema, form);
        break;
      case Op::kMaximum:
      case Op::kExclusiveMaximum:
        form.share = form.share || json::CompareNumbers(program_.numbers[operand].text, "1") <= 0;
        break;
      case Op::kPattern:
        form.has_pattern = true;
        break;
      case Op::kMinLength:
        form.min_length = std::max(form.min_length, program_.sizes[operand]);
        break;
      case Op::kFormat:
        form.format = static_cast<Format>(operand & ~kAssertAlways);
        break;
      case Op::kMembers:
        CollectMembers(program_.members[operand], form);
        break;
      case Op::kItems:
        form.items = &program_.items[operand];
        break;
      case Op::kAnyOf:
      case Op::kOneOf:
        if (form.branches == nullptr) form.branches = &program_.lists[operand];
        break;
      case Op::kAllOf:
        for (const BlockIndex part : program_.lists[operand]) Collect(part, form, depth + 1);
        break;
      case Op::kRef:
        Collect(operand, form, depth + 1);
        break;
      default:
        break;
    }
  }
}

void Forms::CollectMembers(const MemberRules& rules, Form& form) {
  form.closed = form.closed || (rules.forbids_additional && rules.patterns.empty());
  if (form.additional == kNoBlock) form.additional = rules.additional;
  for (const MemberRule& rule : rules.rules) {
    const bool required = rule.required != MemberRule::kNotRequired;
    const auto [place, added] = form.by_name.try_emplace(rule.name, form.members.size());
    if (!added) {
      FormMember& known = form.members[place->second];
      known.required = known.required || required;
      if (known.block == kNoBlock) known.block = rule.block;
      continue;
    }
    FormMember member = {.name = rule.name, .block = rule.block, .required = required};
    const json::Value* schema = rule.block == kNoBlock ? nullptr : SchemaOf(rule.block);
    if (schema != nullptr) member.alias = json::StringMember(*schema, "x-alias");
    form.members.push_back(std::move(member));
  }
}

void Forms::CollectValues(const EnumOperand& allowed, const json::Value* schema, Form& form) {
  if (!form.values.empty()) return;
  const json::Value* names = schema == nullptr ? nullptr : schema->Find("x-enum-values");
  for (const json::Value* value : allowed.values) {
    NamedValue named = {.value = value};
    const json::Value* about =
        names != nullptr && value->is_string() ? names->Find(value->string()) : nullptr;
    if (about != nullptr && about->is_object()) {
      named.alias = json::StringMember(*about, "alias");
      named.description = json::StringMember(*about, "description");
    }
    form.values.push_back(std::move(named));
  }
  form.types &= TypesOf(allowed);
}

}  // namespace extractd::schema
