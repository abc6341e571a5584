#include "server/schema/compile/compiler.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/schema/compile/uri.h"

namespace extractd::schema {

absl::Status Compiler::Run() {
  program_.root = BlockFor(SubschemaIndex{0});
  do {
    RETURN_IF_ERROR(CompileQueued());
  } while (QueueDynamicTargets());
  program_.dynamic = !program_.dynamic_refs.empty();
  return absl::OkStatus();
}

BlockIndex Compiler::BlockFor(SubschemaIndex subschema) {
  const auto next = static_cast<BlockIndex>(queue_.size());
  const auto [entry, fresh] = blocks_.try_emplace(subschema, next);
  if (fresh) queue_.push_back(subschema);
  return entry->second;
}

absl::Status Compiler::CompileQueued() {
  for (; compiled_ < queue_.size(); ++compiled_) {
    RETURN_IF_ERROR(CompileBlock(compiled_));
  }
  return absl::OkStatus();
}

absl::Status Compiler::CompileBlock(BlockIndex block) {
  const SubschemaIndex index = queue_[block];
  const Subschema subschema = store_.subschema(index);
  Scope scope = {
      .subschema = index,
      .schema = *subschema.value,
      .dialect = store_.ResourceOf(index).dialect,
  };
  if (scope.schema.is_boolean()) {
    if (!scope.schema.boolean()) Emit(scope, Op::kFail, Keyword::kFalse, 0);
  } else if (const json::Value* ref = FindKnown(scope, Keyword::kRef);
             ref != nullptr && scope.dialect.draft == Draft::k7) {
    RETURN_IF_ERROR(CompileRef(scope, *ref));
  } else {
    for (const json::Value& member : scope.schema) {
      const KeywordRow* row = FindKeyword(member.key(), scope.dialect);
      if (row == nullptr) continue;
      RETURN_IF_ERROR(CompileKeyword(scope, row->keyword, member));
    }
  }
  const auto is_unevaluated = [](const Instruction& instruction) {
    return instruction.op == Op::kUnevaluatedItems || instruction.op == Op::kUnevaluatedProperties;
  };
  const auto is_scalar = [](const Instruction& instruction) { return IsScalar(instruction.op); };
  const std::string pointer = store_.PointerOf(index);
  program_.blocks.push_back(
      {.first = static_cast<std::uint32_t>(program_.code.size()),
       .last = static_cast<std::uint32_t>(program_.code.size() + scope.code.size()),
       .resource = subschema.resource,
       .pointer = static_cast<std::uint32_t>(program_.pointers.size()),
       .pointer_size = static_cast<std::uint32_t>(pointer.size()),
       .own = store_.IsOwn(index),
       .unevaluated = std::ranges::any_of(scope.code, is_unevaluated),
       .scalar = std::ranges::all_of(scope.code, is_scalar)}
  );
  program_.pointers += pointer;
  std::ranges::remove_copy_if(scope.code, std::back_inserter(program_.code), is_unevaluated);
  std::ranges::copy_if(scope.code, std::back_inserter(program_.code), is_unevaluated);
  return absl::OkStatus();
}

const json::Value* Compiler::FindKnown(const Scope& scope, Keyword keyword) const {
  const KeywordRow* row = FindKeyword(KeywordName(keyword), scope.dialect);
  return row == nullptr ? nullptr : scope.schema.Find(row->name);
}

absl::Status Compiler::CompileKeyword(Scope& scope, Keyword keyword, const json::Value& value) {
  switch (keyword) {
    case Keyword::kRef:
      return CompileRef(scope, value);
    case Keyword::kDynamicRef:
      return CompileDynamicRef(scope, value);
    // Read by the store, with their kinds checked there; they assert nothing.
    case Keyword::kAnchor:
    case Keyword::kDynamicAnchor:
    case Keyword::kId:
    case Keyword::kSchema:
    case Keyword::kDefs:
    case Keyword::kDefinitions:
    case Keyword::kContentSchema:
      return absl::OkStatus();
    // Says something about instances of a meta-schema that are schemas, nothing about this one.
    case Keyword::kVocabulary:
      if (value.is_object()) return absl::OkStatus();
      return Fault(scope, keyword, "must be an object");
    case Keyword::kConst:
    case Keyword::kEnum:
    case Keyword::kExclusiveMaximum:
    case Keyword::kExclusiveMinimum:
    case Keyword::kFormat:
    case Keyword::kMaxItems:
    case Keyword::kMaxLength:
    case Keyword::kMaxProperties:
    case Keyword::kMaximum:
    case Keyword::kMinItems:
    case Keyword::kMinLength:
    case Keyword::kMinProperties:
    case Keyword::kMinimum:
    case Keyword::kMultipleOf:
    case Keyword::kPattern:
    case Keyword::kType:
    case Keyword::kUniqueItems:
      return CompileAssertion(scope, keyword, value);
    default:
      return CompileApplicator(scope, keyword, value);
  }
}

absl::Status Compiler::CompileRef(Scope& scope, const json::Value& value) {
  if (!value.is_string()) return Fault(scope, Keyword::kRef, "must be a URI reference");
  ASSIGN_OR_RETURN(
      const SubschemaIndex target, store_.Resolve(scope.subschema, Keyword::kRef, value.string())
  );
  Emit(scope, Op::kRef, Keyword::kRef, BlockFor(target));
  return absl::OkStatus();
}

absl::Status Compiler::CompileDynamicRef(Scope& scope, const json::Value& value) {
  if (!value.is_string()) return Fault(scope, Keyword::kDynamicRef, "must be a URI reference");
  ASSIGN_OR_RETURN(
      const SubschemaIndex target,
      store_.Resolve(scope.subschema, Keyword::kDynamicRef, value.string())
  );
  const auto [absolute, fragment] = SplitFragment(value.string());
  const Resource& resource = store_.ResourceOf(target);
  const std::string name = PercentDecode(fragment.value_or("")).value_or("");
  const auto anchor = resource.dynamic_anchors.find(name);
  // Without a dynamic anchor of that name at the initial target, it is a plain reference.
  if (anchor == resource.dynamic_anchors.end() || anchor->second != target) {
    Emit(scope, Op::kRef, Keyword::kDynamicRef, BlockFor(target));
    return absl::OkStatus();
  }
  const auto [entry, fresh] = dynamic_anchors_.try_emplace(
      name, static_cast<std::uint32_t>(program_.dynamic_anchors.size())
  );
  if (fresh) program_.dynamic_anchors.emplace_back();
  program_.dynamic_refs.push_back({.anchor = entry->second, .fallback = BlockFor(target)});
  Emit(scope, Op::kDynamicRef, Keyword::kDynamicRef, program_.dynamic_refs.size() - 1);
  return absl::OkStatus();
}

bool Compiler::QueueDynamicTargets() {
  const size_t before = queue_.size();
  for (const auto& [name, anchor] : dynamic_anchors_) {
    for (std::uint32_t i = 0; i < store_.resources(); ++i) {
      const auto& anchors = store_.resource(i).dynamic_anchors;
      if (const auto found = anchors.find(name); found != anchors.end()) {
        program_.dynamic_anchors[anchor][i] = BlockFor(found->second);
      }
    }
  }
  return queue_.size() > before;
}

}  // namespace extractd::schema
