// Evaluator, as far as keywords go that look at one value alone.
#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "server/json/decimal.h"
#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/text_length.h"
#include "server/schema/evaluate/value_hash.h"
#include "server/schema/format/format.h"

namespace extractd::schema {
namespace {

// A look at so many bytes of a text is as much work as applying a schema.
constexpr size_t kBytesPerStep = 64;

// As is hashing and sorting, so many times.
constexpr size_t kStepsPerHash = 16;

// Longer lists are searched for equal elements by hash.
constexpr size_t kPairwise = 16;

int Compare(std::string_view text, const NumberOperand& bound) {
  if (bound.integer.has_value()) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    // Of different integers, a fraction behind one of them does not change the order.
    const bool integer = at == end;
    const std::string_view rest(at, static_cast<size_t>(end - at));
    const bool fraction = rest.starts_with('.') && number != *bound.integer &&
                          rest.find_first_of("eE") == std::string_view::npos;
    if (error == std::errc() && (integer || fraction)) {
      return static_cast<int>(number > *bound.integer) - static_cast<int>(number < *bound.integer);
    }
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

struct Hashed {
  std::uint64_t hash;
  size_t index;
  const json::Value* value;
};

std::optional<Pair> FindEqualPairByHash(const json::Value& list) {
  std::vector<Hashed> hashed;
  hashed.reserve(list.size());
  for (const json::Value& element : list) {
    hashed.push_back({HashValue(element), hashed.size(), &element});
  }
  std::ranges::sort(hashed, [](const Hashed& a, const Hashed& b) {
    return std::pair(a.hash, a.index) < std::pair(b.hash, b.index);
  });
  for (size_t i = 0; i < hashed.size(); ++i) {
    for (size_t j = i + 1; j < hashed.size() && hashed[j].hash == hashed[i].hash; ++j) {
      if (json::Equal(*hashed[i].value, *hashed[j].value)) {
        return Pair(hashed[i].index, hashed[j].index);
      }
    }
  }
  return std::nullopt;
}

bool IsOfType(TypeSet types, const json::Value& value) {
  if ((types & TypeBit(value.type())) != 0) return true;
  return (types & kIntegerBit) != 0 && value.is_number() && json::IsInteger(value.number());
}

bool IsAllowed(const EnumOperand& operand, const json::Value& value) {
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
  switch (instruction.op) {
    case Op::kType:
      return IsOfType(instruction.operand, value);
    case Op::kEnum:
      return IsAllowed(program_.enums[instruction.operand], value);
    case Op::kMinimum:
    case Op::kMaximum:
    case Op::kExclusiveMinimum:
    case Op::kExclusiveMaximum:
    case Op::kMultipleOf:
      return !value.is_number() || HoldsForNumber(instruction, value.number());
    case Op::kMinLength:
    case Op::kMaxLength:
    case Op::kPattern:
    case Op::kFormat:
      return !value.is_string() || HoldsForText(instruction, value.string());
    case Op::kMinItems:
    case Op::kMaxItems:
      return !value.is_array() || HoldsForSize(instruction, value.size());
    case Op::kMinProperties:
    case Op::kMaxProperties:
      return !value.is_object() || HoldsForSize(instruction, value.size());
    default:  // kFail
      return false;
  }
}

bool Evaluator::HoldsForNumber(const Instruction& instruction, std::string_view number) const {
  const NumberOperand& operand = program_.numbers[instruction.operand];
  switch (instruction.op) {
    case Op::kMinimum:
      return Compare(number, operand) >= 0;
    case Op::kMaximum:
      return Compare(number, operand) <= 0;
    case Op::kExclusiveMinimum:
      return Compare(number, operand) > 0;
    case Op::kExclusiveMaximum:
      return Compare(number, operand) < 0;
    default:  // kMultipleOf
      return json::IsMultipleOf(number, operand.text);
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

bool Evaluator::HoldsForSize(const Instruction& instruction, size_t size) const {
  const std::uint64_t bound = program_.sizes[instruction.operand];
  const bool least = instruction.op == Op::kMinItems || instruction.op == Op::kMinProperties;
  return least ? size >= bound : size <= bound;
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
