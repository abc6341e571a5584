#include "server/schema/program/program.h"

namespace extractd::schema {
namespace {

template <class T>
size_t BytesOf(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

// A hash table's slots and control bytes.
template <class Map>
size_t BytesOfMap(const Map& map) {
  return map.capacity() * (sizeof(typename Map::value_type) + 1);
}

}  // namespace

size_t CompiledSchema::Program::memory_bytes() const {
  size_t bytes = sizeof(*this) + text.capacity() + id.capacity() + document.memory_bytes();
  // Other documents are shared by all programs, and few.
  bytes += BytesOf(blocks) + BytesOf(code) + pointers.capacity();
  bytes += BytesOf(enums) + BytesOf(numbers) + BytesOf(sizes) + BytesOf(patterns);
  bytes += BytesOf(pattern_rules) + BytesOf(members) + BytesOf(items) + BytesOf(contains);
  bytes += BytesOf(dependents) + BytesOf(lists) + BytesOf(conditions) + BytesOf(dynamic_refs);
  for (const EnumOperand& operand : enums) {
    bytes += BytesOf(operand.values) + BytesOfMap(operand.by_hash);
    bytes += operand.by_hash.size() * sizeof(void*);
  }
  for (const auto& pattern : patterns) bytes += pattern->memory_bytes();
  for (const MemberRules& rules : members) {
    bytes += BytesOf(rules.rules) + BytesOfMap(rules.by_name) + BytesOf(rules.patterns) +
             BytesOf(rules.required);
  }
  for (const ItemRules& rules : items) bytes += BytesOf(rules.prefix);
  for (const auto& rules : dependents) {
    bytes += BytesOf(rules);
    for (const DependentRule& rule : rules) bytes += BytesOf(rule.required);
  }
  for (const auto& list : lists) bytes += BytesOf(list);
  for (const auto& anchors : dynamic_anchors) bytes += BytesOfMap(anchors);
  return bytes;
}

}  // namespace extractd::schema
