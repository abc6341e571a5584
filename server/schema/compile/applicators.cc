// Compiler, as far as keywords with subschemas go. The store has checked the kinds of those.
#include <algorithm>

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/schema/compile/compiler.h"

namespace extractd::schema {
namespace {

// More names than this are found by hash.
constexpr size_t kLinearNames = 8;

bool IsFalse(const json::Value* schema) {
  return schema != nullptr && schema->is_boolean() && !schema->boolean();
}

MemberRule& RuleFor(MemberRules& rules, std::string_view name) {
  const auto [entry, fresh] =
      rules.by_name.try_emplace(name, static_cast<std::uint32_t>(rules.rules.size()));
  if (fresh) rules.rules.push_back({.name = name});
  return rules.rules[entry->second];
}

}  // namespace

absl::Status Compiler::CompileApplicator(Scope& scope, Keyword keyword, const json::Value& value) {
  switch (keyword) {
    case Keyword::kProperties:
    case Keyword::kPatternProperties:
    case Keyword::kAdditionalProperties:
    case Keyword::kRequired:
      return CompileMembers(scope, keyword);
    case Keyword::kItems:
    case Keyword::kPrefixItems:
    case Keyword::kAdditionalItems:
      CompileItems(scope);
      return absl::OkStatus();
    case Keyword::kContains:
      return CompileContains(scope, value);
    case Keyword::kMinContains:
    case Keyword::kMaxContains:
      // Read with `contains`; without it they assert nothing.
      return ReadSize(scope, keyword, value).status();
    case Keyword::kDependencies:
    case Keyword::kDependentRequired:
    case Keyword::kDependentSchemas:
      return CompileDependencies(scope, keyword, value);
    case Keyword::kAllOf:
      CompileList(scope, keyword, Op::kAllOf, value);
      return absl::OkStatus();
    case Keyword::kAnyOf:
      CompileList(scope, keyword, Op::kAnyOf, value);
      return absl::OkStatus();
    case Keyword::kOneOf:
      CompileList(scope, keyword, Op::kOneOf, value);
      return absl::OkStatus();
    case Keyword::kNot:
      Emit(scope, Op::kNot, keyword, BlockFor(value));
      return absl::OkStatus();
    case Keyword::kIf:
      CompileIf(scope, value);
      return absl::OkStatus();
    case Keyword::kThen:
    case Keyword::kElse:
      return absl::OkStatus();  // compiled with `if`; without it they assert nothing
    case Keyword::kPropertyNames:
      Emit(scope, Op::kPropertyNames, keyword, BlockFor(value));
      return absl::OkStatus();
    case Keyword::kUnevaluatedItems:
      Emit(scope, Op::kUnevaluatedItems, keyword, BlockFor(value));
      return absl::OkStatus();
    case Keyword::kUnevaluatedProperties:
      Emit(scope, Op::kUnevaluatedProperties, keyword, BlockFor(value));
      return absl::OkStatus();
    default:
      return Fault(scope, keyword, "is not supported");
  }
}

absl::Status Compiler::CompileMembers(Scope& scope, Keyword first) {
  if (scope.members_done) return absl::OkStatus();
  scope.members_done = true;
  MemberRules rules;
  RETURN_IF_ERROR(AddProperties(scope, rules));
  RETURN_IF_ERROR(AddRequired(scope, rules));
  RETURN_IF_ERROR(AddPatterns(scope, rules));
  if (const json::Value* rest = FindKnown(scope, Keyword::kAdditionalProperties)) {
    rules.has_additional = true;
    rules.forbids_additional = IsFalse(rest);
    rules.additional = BlockFor(*rest);
  }
  rules.required_first = first == Keyword::kRequired;
  if (rules.rules.size() <= kLinearNames) rules.by_name.clear();
  program_.members.push_back(std::move(rules));
  Emit(scope, Op::kMembers, first, program_.members.size() - 1);
  return absl::OkStatus();
}

absl::Status Compiler::AddProperties(const Scope& scope, MemberRules& rules) {
  const json::Value* properties = FindKnown(scope, Keyword::kProperties);
  if (properties == nullptr) return absl::OkStatus();
  for (const json::Value& property : *properties) {
    MemberRule& rule = RuleFor(rules, property.key());
    rule.declared = true;
    rule.block = BlockFor(property);
  }
  return absl::OkStatus();
}

absl::Status Compiler::AddRequired(const Scope& scope, MemberRules& rules) {
  const json::Value* required = FindKnown(scope, Keyword::kRequired);
  if (required == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(rules.required, ReadNames(scope, Keyword::kRequired, *required));
  for (std::uint32_t i = 0; i < rules.required.size(); ++i) {
    RuleFor(rules, rules.required[i]).required = i;
  }
  return absl::OkStatus();
}

absl::Status Compiler::AddPatterns(const Scope& scope, MemberRules& rules) {
  const json::Value* patterns = FindKnown(scope, Keyword::kPatternProperties);
  if (patterns == nullptr) return absl::OkStatus();
  for (const json::Value& member : *patterns) {
    ASSIGN_OR_RETURN(
        const Pattern* pattern, PatternFor(scope, Keyword::kPatternProperties, member.key())
    );
    rules.patterns.push_back({.pattern = pattern, .text = member.key(), .block = BlockFor(member)});
  }
  return absl::OkStatus();
}

void Compiler::CompileItems(Scope& scope) {
  if (scope.items_done) return;
  scope.items_done = true;
  const json::Value* items = FindKnown(scope, Keyword::kItems);
  const json::Value* prefix = FindKnown(scope, Keyword::kPrefixItems);
  const json::Value* rest = items;
  ItemRules rules;
  if (scope.dialect.draft == Draft::k7) {
    const bool is_list = items != nullptr && items->is_array();
    prefix = is_list ? items : nullptr;
    // Without a list of items, additionalItems has no meaning.
    if (items == nullptr) return;
    if (is_list) {
      rest = FindKnown(scope, Keyword::kAdditionalItems);
      rules.prefix_keyword = Keyword::kItems;
      rules.rest_keyword = Keyword::kAdditionalItems;
    }
  }
  if (prefix != nullptr) {
    for (const json::Value& item : *prefix) rules.prefix.push_back(BlockFor(item));
  }
  if (rest != nullptr) rules.rest = BlockFor(*rest);
  rules.forbids_rest = IsFalse(rest);
  program_.items.push_back(std::move(rules));
  Emit(scope, Op::kItems, Keyword::kItems, program_.items.size() - 1);
}

absl::Status Compiler::CompileContains(Scope& scope, const json::Value& value) {
  ContainsRule rule = {.block = BlockFor(value)};
  if (const json::Value* min = FindKnown(scope, Keyword::kMinContains)) {
    ASSIGN_OR_RETURN(rule.min, ReadSize(scope, Keyword::kMinContains, *min));
  }
  if (const json::Value* max = FindKnown(scope, Keyword::kMaxContains)) {
    ASSIGN_OR_RETURN(rule.max, ReadSize(scope, Keyword::kMaxContains, *max));
  }
  program_.contains.push_back(rule);
  Emit(scope, Op::kContains, Keyword::kContains, program_.contains.size() - 1);
  return absl::OkStatus();
}

absl::Status Compiler::CompileDependencies(
    Scope& scope, Keyword keyword, const json::Value& value
) {
  if (!value.is_object()) return Fault(scope, keyword, "must be an object");
  std::vector<DependentRule> required;
  std::vector<DependentRule> schemas;
  for (const json::Value& member : value) {
    DependentRule rule = {.name = member.key()};
    if (keyword == Keyword::kDependentRequired || member.is_array()) {
      ASSIGN_OR_RETURN(rule.required, ReadNames(scope, keyword, member));
      required.push_back(std::move(rule));
    } else {
      rule.block = BlockFor(member);
      schemas.push_back(std::move(rule));
    }
  }
  const auto add = [&](Op op, std::vector<DependentRule> rules) {
    if (rules.empty()) return;
    program_.dependents.push_back(std::move(rules));
    Emit(scope, op, keyword, program_.dependents.size() - 1);
  };
  add(Op::kDependentRequired, std::move(required));
  add(Op::kDependentSchemas, std::move(schemas));
  return absl::OkStatus();
}

void Compiler::CompileList(Scope& scope, Keyword keyword, Op op, const json::Value& value) {
  std::vector<BlockIndex> blocks;
  for (const json::Value& schema : value) blocks.push_back(BlockFor(schema));
  program_.lists.push_back(std::move(blocks));
  Emit(scope, op, keyword, program_.lists.size() - 1);
}

void Compiler::CompileIf(Scope& scope, const json::Value& value) {
  Condition condition = {.test = BlockFor(value)};
  if (const json::Value* then = FindKnown(scope, Keyword::kThen)) {
    condition.then = BlockFor(*then);
  }
  if (const json::Value* otherwise = FindKnown(scope, Keyword::kElse)) {
    condition.otherwise = BlockFor(*otherwise);
  }
  program_.conditions.push_back(condition);
  Emit(scope, Op::kIf, Keyword::kIf, program_.conditions.size() - 1);
}

}  // namespace extractd::schema
