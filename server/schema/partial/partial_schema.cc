#include "server/schema/partial/partial_schema.h"

#include <string>
#include <utility>

#include "server/schema/coerce/coercer.h"
#include "server/schema/evaluate/evaluator.h"
#include "server/schema/explain/report.h"

namespace extractd::schema {
namespace {

constexpr int kMaxUnions = 8;  // within unions

bool IsUnion(const Form& form) {
  return form.branches != nullptr && form.members.empty() && form.items == nullptr;
}

}  // namespace

BlockIndex PartialSchema::Narrow(BlockIndex block, json::Type type) {
  for (int unions = 0; block != kNoBlock && unions < kMaxUnions; ++unions) {
    const Form& form = forms_.Of(block);
    if (!IsUnion(form)) return block;
    BlockIndex only = kNoBlock;
    for (const BlockIndex branch : *form.branches) {
      if (!forms_.Of(branch).Allows(type)) continue;
      if (only != kNoBlock) return kNoBlock;
      only = branch;
    }
    block = only;
  }
  return kNoBlock;
}

BlockIndex PartialSchema::Member(BlockIndex object, std::string_view name) {
  object = Narrow(object, json::Type::kObject);
  if (object == kNoBlock) return kNoBlock;
  const Form& form = forms_.Of(object);
  const FormMember* member = form.Find(name);
  const std::vector<BlockIndex> blocks = form.BlocksOf(name, member);
  return blocks.empty() ? kNoBlock : blocks.front();
}

bool PartialSchema::Forbids(BlockIndex object, std::string_view name) {
  object = Narrow(object, json::Type::kObject);
  if (object == kNoBlock) return false;
  const Form& form = forms_.Of(object);
  return form.Find(name) == nullptr && form.Forbids(name);
}

BlockIndex PartialSchema::Element(BlockIndex array, size_t index) {
  array = Narrow(array, json::Type::kArray);
  const ItemRules* items = array == kNoBlock ? nullptr : forms_.Of(array).items;
  if (items == nullptr) return kNoBlock;
  return index < items->prefix.size() ? items->prefix[index] : items->rest;
}

PartialSchema::Showing PartialSchema::ShowingOf(BlockIndex block, json::Type type) {
  if (block == kNoBlock) return Showing::kGrows;
  const bool atomic = forms_.Of(block).atomic;
  if (IsUnion(forms_.Of(block))) {
    bool allowed = false;
    for (const BlockIndex branch : *forms_.Of(block).branches) {
      allowed = allowed || forms_.Of(branch).Allows(type);
    }
    if (!allowed) return Showing::kNever;
    const BlockIndex only = Narrow(block, type);
    // A text that may be one of several things is shown when it is known which.
    if (only == kNoBlock) return type == json::Type::kString ? Showing::kWhole : Showing::kGrows;
    return atomic ? Showing::kWhole : ShowingOf(only, type);
  }
  const Form& form = forms_.Of(block);
  if (!form.Allows(type)) return Showing::kNever;
  const bool text = type == json::Type::kString;
  const bool constrained = form.has_pattern || (form.format.has_value() && options_.assert_formats);
  if (atomic || !form.values.empty() || (text && constrained)) return Showing::kWhole;
  return Showing::kGrows;
}

size_t PartialSchema::LeastTextOf(BlockIndex block) {
  block = Narrow(block, json::Type::kString);
  return block == kNoBlock ? 0 : forms_.Of(block).min_length;
}

bool PartialSchema::IsValid(BlockIndex block, const json::Value& value) const {
  const ValidateOptions options = {.assert_formats = options_.assert_formats};
  return Evaluator(program_, options, nullptr).Run(block, value);
}

PartialSchema::Judged PartialSchema::Judge(BlockIndex block, const json::Value& value) {
  if (block == kNoBlock || IsValid(block, value)) return {};
  if (!options_.coerces) return {.worth = Judged::Worth::kHopeless};
  const CoerceOptions options = {
      .lossy = options_.lossy, .assert_formats = options_.assert_formats
  };
  std::optional<Coerced> coerced = Coercer(program_, options).Run(block, value);
  if (!coerced.has_value() || !IsValid(block, coerced->document.root())) {
    return {.worth = Judged::Worth::kHopeless};
  }
  return {
      .worth = Judged::Worth::kCoerced,
      .coerced = std::move(coerced->document),
      .repairs = std::move(coerced->repairs),
  };
}

IssueList PartialSchema::IssuesOf(BlockIndex block, const json::Value& value, std::string_view path)
    const {
  Report report(kMaxIssues);
  Evaluator(program_, {.assert_formats = options_.assert_formats}, &report).Run(block, value);
  IssueList issues = std::move(report).Take();
  for (Issue& issue : issues.listed) issue.path.insert(0, path);
  return issues;
}

}  // namespace extractd::schema
