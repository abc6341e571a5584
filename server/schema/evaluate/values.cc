// Evaluator, as far as keywords go that look at one value alone.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/strings/ascii.h>

#include "server/json/decimal.h"
#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/same_text.h"
#include "server/schema/evaluate/text_length.h"
#include "server/schema/evaluate/value_hash.h"
#include "server/schema/format/format.h"

namespace extractd::schema {
namespace {

// A look at so many bytes of a text is as much work as applying a schema.
constexpr size_t kBytesPerStep = 64;

// As is hashing, so many times.
constexpr size_t kStepsPerHash = 16;

// Longer lists are searched for equal elements by hash.
constexpr size_t kPairwise = 16;

// Numbers of so many characters fit into 64 bits, whatever their fraction.
constexpr size_t kFewDigits = 18;

// Less, equal or greater, as the sign says; nullopt: long, or with an exponent.
std::optional<int> CompareWithInteger(std::string_view text, std::int64_t bound) {
  if (text.size() > kFewDigits) return std::nullopt;
  const bool negative = text.front() == '-';
  size_t at = negative ? 1 : 0;
  std::int64_t number = 0;
  for (; at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at])); ++at) {
    number = (number * 10) + (text[at] - '0');
  }
  if (negative) number = -number;
  bool fraction = false;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at]));
         ++at) {
      fraction = fraction || text[at] != '0';
    }
  }
  if (at < text.size()) return std::nullopt;
  // A fraction leads away from zero, but not to the next integer.
  if (number != bound) return number > bound ? 1 : -1;
  if (!fraction) return 0;
  return negative ? -1 : 1;
}

int Compare(std::string_view text, const NumberOperand& bound) {
  if (bound.integer.has_value()) {
    const std::optional<int> order = CompareWithInteger(text, *bound.integer);
    if (order.has_value()) return *order;
  }
  return json::CompareNumbers(text, bound.text);
}

using Pair = std::pair<size_t, size_t>;

std::optional<Pair> FindEqualPair(const json::Value& list) {
  size_t left = 0;
  for (auto a = list.begin(); a != list.end(); ++a, ++left) {
    size_t right = left + 1;
    for (auto b = std::next(a); b != list.end(); ++b, ++right) {
      if (json::Equal(*a, *b)) return Pair(left, right);
    }
  }
  return std::nullopt;
}

// An element, and the one before it with the same hash.
struct Hashed {
  const json::Value* value;
  size_t before;
};

std::optional<Pair> FindEqualPairByHash(const json::Value& list) {
  constexpr size_t kNone = SIZE_MAX;
  std::vector<Hashed> seen;
  absl::flat_hash_map<std::uint64_t, size_t> last;
  for (const json::Value& element : list) {
    const size_t index = seen.size();
    const auto [at, first] = last.try_emplace(HashValue(element), index);
    const size_t before = first ? kNone : at->second;
    for (size_t other = before; other != kNone; other = seen[other].before) {
      if (json::Equal(*seen[other].value, element)) return Pair(other, index);
    }
    seen.push_back({&element, before});
    at->second = index;
  }
  return std::nullopt;
}

bool IsOfType(TypeSet types, const json::Value& value) {
  if ((types & TypeBit(value.type())) != 0) return true;
  return (types & kIntegerBit) != 0 && value.is_number() && json::IsInteger(value.number());
}

bool IsAllowed(const EnumOperand& operand, const json::Value& value) {
  if (operand.by_hash.empty() && value.is_string()) {
    return std::ranges::any_of(operand.values, [&value](const json::Value* allowed) {
      return allowed->is_string() && SameText(allowed->string(), value.string());
    });
  }
  const auto equals = [&value](const json::Value* allowed) { return json::Equal(*allowed, value); };
  // Arrays and objects differ early from most of what they are compared with; hashing would read
  // them whole.
  const bool hashed = !operand.by_hash.empty() && !value.is_array() && !value.is_object();
  if (!hashed) return std::ranges::any_of(operand.values, equals);
  const auto found = operand.by_hash.find(HashValue(value));
  return found != operand.by_hash.end() && std::ranges::any_of(found->second, equals);
}

}  // namespace

bool Evaluator::HoldsForAll(const Block& block, const json::Value& value) {
  for (std::uint32_t i = block.first; i < block.last; ++i) {
    if (!Holds(program_.code[i], value)) return false;
  }
  return true;
}

bool Evaluator::RunScalar(const Instruction& instruction, const Frame& frame) {
  const json::Value& value = frame.value();
  if (Holds(instruction, value)) return true;
  return Reject(instruction.keyword, frame, frame.place, [&] {
    return Describe(program_, instruction, value);
  });
}

bool Evaluator::Holds(const Instruction& instruction, const json::Value& value) {
  const std::uint32_t operand = instruction.operand;
  switch (instruction.op) {
    case Op::kType:
      return IsOfType(operand, value);
    case Op::kEnum:
      return IsAllowed(program_.enums[operand], value);
    case Op::kMinimum:
      return !value.is_number() || Compare(value.number(), program_.numbers[operand]) >= 0;
    case Op::kMaximum:
      return !value.is_number() || Compare(value.number(), program_.numbers[operand]) <= 0;
    case Op::kExclusiveMinimum:
      return !value.is_number() || Compare(value.number(), program_.numbers[operand]) > 0;
    case Op::kExclusiveMaximum:
      return !value.is_number() || Compare(value.number(), program_.numbers[operand]) < 0;
    case Op::kMultipleOf:
      return !value.is_number() ||
             json::IsMultipleOf(value.number(), program_.numbers[operand].text);
    case Op::kMinLength:
    case Op::kMaxLength:
    case Op::kPattern:
    case Op::kFormat:
      return !value.is_string() || HoldsForText(instruction, value.string());
    case Op::kMinItems:
      return !value.is_array() || value.size() >= program_.sizes[operand];
    case Op::kMaxItems:
      return !value.is_array() || value.size() <= program_.sizes[operand];
    case Op::kMinProperties:
      return !value.is_object() || value.size() >= program_.sizes[operand];
    case Op::kMaxProperties:
      return !value.is_object() || value.size() <= program_.sizes[operand];
    default:  // kFail
      return false;
  }
}

bool Evaluator::HoldsForText(const Instruction& instruction, std::string_view text) {
  const std::uint32_t operand = instruction.operand;
  if (!Charge(text.size() / kBytesPerStep)) return false;
  switch (instruction.op) {
    case Op::kMinLength:
      return HasAtLeast(text, program_.sizes[operand]);
    case Op::kMaxLength:
      return HasAtMost(text, program_.sizes[operand]);
    case Op::kPattern:
      return program_.pattern_rules[operand].pattern->Matches(text);
    default: {  // kFormat
      const bool asserted = options_.assert_formats || (operand & kAssertAlways) != 0;
      return !asserted || Conforms(static_cast<Format>(operand & ~kAssertAlways), text);
    }
  }
}

bool Evaluator::RunUniqueItems(const Instruction& instruction, const Frame& frame) {
  const json::Value& list = frame.value();
  if (!list.is_array() || list.size() < 2) return true;
  if (!Charge(list.size() * kStepsPerHash)) return false;
  const std::optional<Pair> pair =
      list.size() <= kPairwise ? FindEqualPair(list) : FindEqualPairByHash(list);
  if (!pair.has_value()) return true;
  return Reject(instruction.keyword, frame, frame.place, [&] {
    return DescribeEqual(pair->first, pair->second);
  });
}

}  // namespace extractd::schema
