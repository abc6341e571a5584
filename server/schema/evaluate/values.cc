// Evaluator, as far as keywords go that look at one value alone.
#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/json/decimal.h"
#include "server/schema/evaluate/evaluator.h"
#include "server/schema/evaluate/text_length.h"
#include "server/schema/evaluate/value_hash.h"
#include "server/schema/format/format.h"

namespace extractd::schema {
namespace {

// Longer lists are searched for equal elements by hash.
constexpr size_t kPairwise = 16;

int Compare(const json::Value& value, const NumberOperand& bound) {
  const std::string_view text = value.number();
  if (bound.integer.has_value()) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && at == end) {
      return number < *bound.integer ? -1 : (number > *bound.integer ? 1 : 0);
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

}  // namespace

bool Evaluator::IsOfType(TypeSet types, const json::Value& value) const {
  if ((types & TypeBit(value.type())) != 0) return true;
  return (types & kIntegerBit) != 0 && value.is_number() && json::IsInteger(value.number());
}

bool Evaluator::IsAllowed(const EnumOperand& operand, const json::Value& value) const {
  const auto equals = [&value](const json::Value* allowed) { return json::Equal(*allowed, value); };
  if (operand.by_hash.empty()) return std::ranges::any_of(operand.values, equals);
  const auto found = operand.by_hash.find(HashValue(value));
  return found != operand.by_hash.end() && std::ranges::any_of(found->second, equals);
}

bool Evaluator::RunScalar(const Instruction& instruction, const Frame& frame) {
  const json::Value& value = frame.value();
  const std::uint32_t operand = instruction.operand;
  const auto number = [&](auto holds) {
    return !value.is_number() || holds(Compare(value, program_.numbers[operand]));
  };
  const auto size = [&](json::Type type) {
    return std::pair(value.type() == type, program_.sizes[operand]);
  };
  const auto at_least = [&](json::Type type) {
    const auto [applies, min] = size(type);
    return !applies || value.size() >= min;
  };
  const auto at_most = [&](json::Type type) {
    const auto [applies, max] = size(type);
    return !applies || value.size() <= max;
  };
  bool valid = false;
  switch (instruction.op) {
    case Op::kType:
      valid = IsOfType(operand, value);
      break;
    case Op::kEnum:
      valid = IsAllowed(program_.enums[operand], value);
      break;
    case Op::kMinimum:
      valid = number([](int order) { return order >= 0; });
      break;
    case Op::kMaximum:
      valid = number([](int order) { return order <= 0; });
      break;
    case Op::kExclusiveMinimum:
      valid = number([](int order) { return order > 0; });
      break;
    case Op::kExclusiveMaximum:
      valid = number([](int order) { return order < 0; });
      break;
    case Op::kMultipleOf:
      valid =
          !value.is_number() || json::IsMultipleOf(value.number(), program_.numbers[operand].text);
      break;
    case Op::kMinLength:
      valid = !value.is_string() || HasAtLeast(value.string(), program_.sizes[operand]);
      break;
    case Op::kMaxLength:
      valid = !value.is_string() || HasAtMost(value.string(), program_.sizes[operand]);
      break;
    case Op::kPattern:
      valid =
          !value.is_string() || program_.pattern_rules[operand].pattern->Matches(value.string());
      break;
    case Op::kFormat:
      valid = !value.is_string() || ((operand & kAssertAlways) == 0 && !options_.assert_formats) ||
              Conforms(static_cast<Format>(operand & ~kAssertAlways), value.string());
      break;
    case Op::kMinItems:
      valid = at_least(json::Type::kArray);
      break;
    case Op::kMaxItems:
      valid = at_most(json::Type::kArray);
      break;
    case Op::kMinProperties:
      valid = at_least(json::Type::kObject);
      break;
    case Op::kMaxProperties:
      valid = at_most(json::Type::kObject);
      break;
    default:  // kFail
      break;
  }
  return valid || Fail(instruction, frame);
}

bool Evaluator::RunUniqueItems(const Instruction& instruction, const Frame& frame) {
  const json::Value& list = frame.value();
  if (!list.is_array() || list.size() < 2) return true;
  const std::optional<Pair> pair =
      list.size() <= kPairwise ? FindEqualPair(list) : FindEqualPairByHash(list);
  if (!pair.has_value()) return true;
  if (report_ == nullptr || !report_->Count()) return false;
  report_->Add(
      FailureAt(instruction.keyword, frame),
      "unique elements",
      fmt::format(
          "expected unique elements, but elements {} and {} are equal", pair->first, pair->second
      )
  );
  return false;
}

}  // namespace extractd::schema
