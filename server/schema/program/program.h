// The compiled form of a schema: blocks of small instructions over tables of operands. Made by
// compile/, run by evaluate/. Immutable once compiled.
//
// A block is one schema. Its instructions stand in the order of the schema's keywords, but for
// unevaluated*, which come last. Keywords that look at the same children (properties, required …)
// are one instruction.
#ifndef EXTRACTD_SERVER_SCHEMA_PROGRAM_PROGRAM_H_
#define EXTRACTD_SERVER_SCHEMA_PROGRAM_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/json/value.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/pattern/pattern.h"
#include "server/schema/program/keyword.h"

namespace extractd::schema {

using BlockIndex = std::uint32_t;
inline constexpr BlockIndex kNoBlock = UINT32_MAX;

enum class Op : std::uint8_t {
  kFail,
  kType,                   // operand: a TypeSet
  kEnum,                   // enums; also `const`
  kMinimum,                // numbers
  kMaximum,                // numbers
  kExclusiveMinimum,       // numbers
  kExclusiveMaximum,       // numbers
  kMultipleOf,             // numbers
  kMinLength,              // sizes
  kMaxLength,              // sizes
  kPattern,                // pattern_rules
  kFormat,                 // a Format; kAlways in operand: whatever the options say
  kMinItems,               // sizes
  kMaxItems,               // sizes
  kUniqueItems,            // none
  kItems,                  // items
  kContains,               // contains
  kMinProperties,          // sizes
  kMaxProperties,          // sizes
  kMembers,                // members
  kPropertyNames,          // a block
  kDependentRequired,      // dependents
  kDependentSchemas,       // dependents
  kAllOf,                  // lists
  kAnyOf,                  // lists
  kOneOf,                  // lists
  kNot,                    // a block
  kIf,                     // conditions
  kRef,                    // a block
  kDynamicRef,             // dynamic_refs
  kUnevaluatedItems,       // a block
  kUnevaluatedProperties,  // a block
};

struct Instruction {
  Op op = Op::kFail;
  Keyword keyword = Keyword::kFalse;
  std::uint32_t operand = 0;
};

// Looks at no part of a value, at its size at most.
constexpr bool IsScalar(Op op) {
  return op <= Op::kMaxItems || op == Op::kMinProperties || op == Op::kMaxProperties;
}

// Set in the operand of kFormat where the schema's vocabulary demands the assertion.
inline constexpr std::uint32_t kAssertAlways = 1U << 31U;

// A bit for each json::Type, and one for integers.
using TypeSet = std::uint32_t;
inline constexpr TypeSet kIntegerBit = 1U << 6U;
constexpr TypeSet TypeBit(json::Type type) {
  return 1U << static_cast<unsigned>(type);
}

struct Block {
  std::uint32_t first = 0;  // instructions [first, last)
  std::uint32_t last = 0;
  std::uint32_t resource = 0;
  std::uint32_t pointer = 0;  // its JSON Pointer: offset into `pointers`
  std::uint32_t pointer_size = 0;
  bool own = true;           // in the caller's document, so that the pointer means something to it
  bool unevaluated = false;  // has an unevaluated* keyword
  bool scalar = false;       // looks at the value alone, at no part of it
};

// A bound; as a 64-bit integer too where it is one.
struct NumberOperand {
  std::string_view text = {};
  std::optional<std::int64_t> integer = {};
};

// Allowed values. `by_hash` (see value_hash.h) is filled where a search would be long.
struct EnumOperand {
  std::vector<const json::Value*> values = {};
  absl::flat_hash_map<std::uint64_t, std::vector<const json::Value*>> by_hash = {};
};

// A name that `properties` or `required` says something about.
struct MemberRule {
  std::string_view name = {};
  BlockIndex block = kNoBlock;
  std::uint32_t required = kNotRequired;  // number among the required names
  bool declared = false;                  // in `properties`

  static constexpr std::uint32_t kNotRequired = UINT32_MAX;
};

struct PatternRule {
  const Pattern* pattern = nullptr;
  std::string_view text = {};
  BlockIndex block = kNoBlock;
};

// properties, required, patternProperties and additionalProperties of one schema.
struct MemberRules {
  std::vector<MemberRule> rules = {};
  absl::flat_hash_map<std::string_view, std::uint32_t> by_name = {};  // for many rules
  std::vector<PatternRule> patterns = {};
  BlockIndex additional = kNoBlock;
  bool has_additional = false;
  bool forbids_additional = false;  // additionalProperties: false
  bool required_first = false;      // `required` stands before `properties`
  std::vector<std::string_view> required = {};
};

struct ItemRules {
  std::vector<BlockIndex> prefix = {};
  BlockIndex rest = kNoBlock;
  bool forbids_rest = false;  // the schema for the rest is `false`
  Keyword prefix_keyword = Keyword::kPrefixItems;
  Keyword rest_keyword = Keyword::kItems;
};

struct ContainsRule {
  BlockIndex block = kNoBlock;
  std::uint64_t min = 1;
  std::optional<std::uint64_t> max = {};
  bool marks = true;  // what it matches is evaluated
};

struct DependentRule {
  std::string_view name = {};
  std::vector<std::string_view> required = {};
  BlockIndex block = kNoBlock;
};

struct Condition {
  BlockIndex test = kNoBlock;
  BlockIndex then = kNoBlock;
  BlockIndex otherwise = kNoBlock;
};

// A $dynamicRef whose target depends on the resources that were entered on the way to it.
struct DynamicRef {
  std::uint32_t anchor = 0;  // in `dynamic_anchors`
  BlockIndex fallback = kNoBlock;
};

struct CompiledSchema::Program {
  std::string text = {};
  std::string id = {};
  json::Document document = {};
  // Keeps alive what was referred to outside the document.
  std::vector<std::shared_ptr<const json::Document>> others = {};

  BlockIndex root = 0;
  std::vector<Block> blocks = {};
  std::vector<Instruction> code = {};
  std::string pointers = {};
  bool dynamic = false;  // has dynamic_refs

  std::vector<EnumOperand> enums = {};
  std::vector<NumberOperand> numbers = {};
  std::vector<std::uint64_t> sizes = {};
  std::vector<std::unique_ptr<const Pattern>> patterns = {};  // each once
  std::vector<PatternRule> pattern_rules = {};
  std::vector<MemberRules> members = {};
  std::vector<ItemRules> items = {};
  std::vector<ContainsRule> contains = {};
  std::vector<std::vector<DependentRule>> dependents = {};
  std::vector<std::vector<BlockIndex>> lists = {};
  std::vector<Condition> conditions = {};
  std::vector<DynamicRef> dynamic_refs = {};
  // By anchor, then by resource.
  std::vector<absl::flat_hash_map<std::uint32_t, BlockIndex>> dynamic_anchors = {};

  std::string_view PointerOf(const Block& block) const {
    return std::string_view(pointers).substr(block.pointer, block.pointer_size);
  }
  // The schema `false`.
  bool IsFalse(const Block& block) const {
    return block.last > block.first && code[block.first].op == Op::kFail;
  }
  size_t memory_bytes() const;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PROGRAM_PROGRAM_H_
