#include "server/schema/coerce/form.h"

#include <algorithm>

#include "server/json/decimal.h"
#include "server/json/pointer.h"
#include "server/json/read.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

constexpr int kMaxDepth = 16;  // of $ref and allOf
constexpr TypeSet kNumberBits = TypeBit(json::Type::kNumber) | kIntegerBit;

TypeSet TypesOf(const EnumOperand& allowed) {
  TypeSet types = 0;
  for (const json::Value* value : allowed.values) types |= TypeBit(value->type());
  return types;
}

// What `annotation` says of a value, by its text.
const json::Value* FindAbout(
    const json::Value& schema, std::string_view annotation, const json::Value& value
) {
  const json::Value* all = schema.Find(annotation);
  if (all == nullptr) return nullptr;
  return value.is_string() ? all->Find(value.string()) : all->Find(json::ToText(value));
}

// x-enum-aliases: {"<value>": "alias" or ["alias", …]}; x-enum-values: {"<value>": {"alias",
// "description"}}.
void ReadNames(const json::Value& schema, NamedValue& named) {
  if (const json::Value* about = FindAbout(schema, "x-enum-values", *named.value)) {
    const std::string_view alias = json::StringMember(*about, "alias");
    if (!alias.empty()) named.aliases.emplace_back(alias);
    named.description = json::StringMember(*about, "description");
  }
  const json::Value* aliases = FindAbout(schema, "x-enum-aliases", *named.value);
  if (aliases == nullptr) return;
  if (aliases->is_string()) named.aliases.emplace_back(aliases->string());
  if (!aliases->is_array()) return;
  for (const json::Value& alias : *aliases) {
    if (alias.is_string()) named.aliases.emplace_back(alias.string());
  }
}

}  // namespace

const FormMember* Form::Find(std::string_view name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &members[found->second];
}

std::vector<BlockIndex> Form::BlocksOf(std::string_view name, const FormMember* declared) const {
  std::vector<BlockIndex> found =
      declared == nullptr ? std::vector<BlockIndex>() : declared->blocks;
  bool matches = declared != nullptr;
  for (const PatternRule* rule : patterns) {
    if (!rule->pattern->Matches(name)) continue;
    matches = true;
    if (rule->block != kNoBlock) found.push_back(rule->block);
  }
  if (!matches && additional != kNoBlock) found.push_back(additional);
  return found;
}

bool Form::Forbids(std::string_view name) const {
  return closed && std::ranges::none_of(patterns, [name](const PatternRule* rule) {
           return rule->pattern->Matches(name);
         });
}

const Form& Forms::Of(BlockIndex block) {
  return Of(std::vector{block});
}

const Form& Forms::Of(const std::vector<BlockIndex>& blocks) {
  std::unique_ptr<const Form>& made = made_[blocks];
  if (made == nullptr) {
    auto form = std::make_unique<Form>();
    form->blocks = blocks;
    for (const BlockIndex block : blocks) Collect(block, *form, 0);
    made = std::move(form);
  }
  return *made;
}

const Form& Forms::OfBranch(const Form& form, size_t branch) {
  std::unique_ptr<const Form>& made = made_of_branch_[{&form, branch}];
  if (made == nullptr) {
    auto merged = std::make_unique<Form>();
    merged->taken = form.taken;
    merged->taken.push_back(form.branches);
    // The branch first: what it says of a member, its name and its values is more to the point.
    merged->blocks.push_back((*form.branches)[branch]);
    merged->blocks.insert(merged->blocks.end(), form.blocks.begin(), form.blocks.end());
    for (const BlockIndex block : merged->blocks) Collect(block, *merged, 0);
    made = std::move(merged);
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
        if (form.branches == nullptr &&
            std::ranges::find(form.taken, &program_.lists[operand]) == form.taken.end()) {
          form.branches = &program_.lists[operand];
        }
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
  form.closed = form.closed || rules.forbids_additional;
  for (const PatternRule& rule : rules.patterns) form.patterns.push_back(&rule);
  if (form.additional == kNoBlock) form.additional = rules.additional;
  for (const MemberRule& rule : rules.rules) {
    const bool required = rule.required != MemberRule::kNotRequired;
    const auto [place, added] = form.by_name.try_emplace(rule.name, form.members.size());
    if (!added) {
      FormMember& known = form.members[place->second];
      known.required = known.required || required;
      if (rule.block != kNoBlock) known.blocks.push_back(rule.block);
      continue;
    }
    FormMember member = {.name = rule.name, .required = required};
    if (rule.block != kNoBlock) member.blocks.push_back(rule.block);
    const json::Value* schema = rule.block == kNoBlock ? nullptr : SchemaOf(rule.block);
    if (schema != nullptr) member.alias = json::StringMember(*schema, "x-alias");
    form.members.push_back(std::move(member));
  }
}

void Forms::CollectValues(const EnumOperand& allowed, const json::Value* schema, Form& form) {
  if (!form.values.empty()) return;
  for (const json::Value* value : allowed.values) {
    NamedValue named = {.value = value};
    if (schema != nullptr) ReadNames(*schema, named);
    form.values.push_back(std::move(named));
  }
  form.types &= TypesOf(allowed);
}

}  // namespace extractd::schema
