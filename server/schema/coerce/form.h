// What schemas that hold together say about the form of a value, collected over $ref and allOf:
// what coercion aims at. Whether a value obeys is for the evaluator to say.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_FORM_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/schema/coerce/choice.h"
#include "server/schema/format/format.h"
#include "server/schema/program/program.h"

namespace extractd::schema {

// A declared member.
struct FormMember {
  std::string_view name = {};
  std::vector<BlockIndex> blocks = {};  // all of them hold; empty: any value
  bool required = false;
  std::string alias = {};  // x-alias of its schema; empty: none
};

struct Form {
  static constexpr TypeSet kAnyType = UINT32_MAX;

  TypeSet types = kAnyType;  // without kIntegerBit, any number is allowed
  bool integer = false;      // numbers must be integers
  bool share = false;        // numbers are at most 1
  std::optional<Format> format = {};
  std::vector<NamedValue> values = {};   // allowed values; empty: any
  std::vector<FormMember> members = {};  // each name once
  absl::flat_hash_map<std::string_view, size_t> by_name = {};
  std::vector<const PatternRule*> patterns = {};  // of members that are not declared, or also are
  bool closed = false;                            // other members are forbidden
  BlockIndex additional = kNoBlock;               // the schema of other members
  const ItemRules* items = nullptr;
  const std::vector<BlockIndex>* branches = nullptr;  // of anyOf or oneOf
  std::string title = {};
  bool has_pattern = false;
  bool atomic = false;           // its x-stream says so
  std::uint64_t min_length = 0;  // of texts, in characters

  std::vector<BlockIndex> blocks = {};  // what it was collected from
  // The unions of which a branch is among the blocks: `branches` is another one.
  std::vector<const std::vector<BlockIndex>*> taken = {};

  bool Allows(json::Type type) const { return (types & TypeBit(type)) != 0; }
  // A value of that type is what the schema asks for, not only one it does not forbid.
  bool Wants(json::Type type) const { return types != kAnyType && Allows(type); }
  // The member of that name; null if there is none.
  const FormMember* Find(std::string_view name) const;
  // The schemas of a member: `declared`, if it is not null, and those that its name matches.
  std::vector<BlockIndex> BlocksOf(std::string_view name, const FormMember* declared) const;
  // A member of that name, which is not declared, is forbidden.
  bool Forbids(std::string_view name) const;
};

// The forms of a program's schemas, each made once; their addresses are stable. Used by one thread.
class Forms {
 public:
  // `program` outlives this.
  explicit Forms(const CompiledSchema::Program& program) : program_(program) {}

  const Form& Of(BlockIndex block);
  // REQUIRES: `blocks` is not empty.
  const Form& Of(const std::vector<BlockIndex>& blocks);
  // `form` with one of its branches: what stands beside a union holds for each branch.
  const Form& OfBranch(const Form& form, size_t branch);

 private:
  void Collect(BlockIndex index, Form& form, int depth);
  void CollectMembers(const MemberRules& rules, Form& form);
  void CollectValues(const EnumOperand& allowed, const json::Value* schema, Form& form);
  // The schema's own text; null if it stands outside the caller's document.
  const json::Value* SchemaOf(BlockIndex block) const;

  const CompiledSchema::Program& program_;
  absl::flat_hash_map<std::vector<BlockIndex>, std::unique_ptr<const Form>> made_;
  absl::flat_hash_map<std::pair<const Form*, size_t>, std::unique_ptr<const Form>> made_of_branch_;
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_FORM_H_
