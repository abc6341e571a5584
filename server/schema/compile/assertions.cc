// Compiler, as far as keywords without subschemas go.
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/json/decimal.h"
#include "server/json/write.h"
#include "server/schema/compile/compiler.h"
#include "server/schema/evaluate/value_hash.h"
#include "server/schema/format/format.h"

namespace extractd::schema {
namespace {

// More allowed values than this are found by hash.
constexpr size_t kLinearEnum = 8;
constexpr size_t kMaxShownBytes = 100;

struct TypeRow {
  std::string_view name;
  TypeSet bits;
};
// NOLINTBEGIN(modernize-use-designated-initializers): rows of a table
constexpr std::array kTypes = {
    TypeRow{"null", TypeBit(json::Type::kNull)},
    TypeRow{"boolean", TypeBit(json::Type::kBoolean)},
    TypeRow{"integer", kIntegerBit},
    TypeRow{"number", TypeBit(json::Type::kNumber)},
    TypeRow{"string", TypeBit(json::Type::kString)},
    TypeRow{"array", TypeBit(json::Type::kArray)},
    TypeRow{"object", TypeBit(json::Type::kObject)},
};
// NOLINTEND(modernize-use-designated-initializers)

TypeSet TypeNamed(const json::Value& value) {
  if (!value.is_string()) return 0;
  const auto* row = std::ranges::find(kTypes, value.string(), &TypeRow::name);
  return row == kTypes.end() ? 0 : row->bits;
}

}  // namespace

absl::Status Compiler::CompileAssertion(Scope& scope, Keyword keyword, const json::Value& value) {
  switch (keyword) {
    case Keyword::kType:
      return CompileType(scope, value);
    case Keyword::kEnum:
      return CompileEnum(scope, value);
    case Keyword::kConst:
      return CompileConst(scope, value);
    case Keyword::kMinimum:
      return CompileBound(scope, keyword, Op::kMinimum, value);
    case Keyword::kMaximum:
      return CompileBound(scope, keyword, Op::kMaximum, value);
    case Keyword::kExclusiveMinimum:
      return CompileBound(scope, keyword, Op::kExclusiveMinimum, value);
    case Keyword::kExclusiveMaximum:
      return CompileBound(scope, keyword, Op::kExclusiveMaximum, value);
    case Keyword::kMultipleOf:
      return CompileBound(scope, keyword, Op::kMultipleOf, value);
    case Keyword::kMinLength:
      return CompileSize(scope, keyword, Op::kMinLength, value);
    case Keyword::kMaxLength:
      return CompileSize(scope, keyword, Op::kMaxLength, value);
    case Keyword::kMinItems:
      return CompileSize(scope, keyword, Op::kMinItems, value);
    case Keyword::kMaxItems:
      return CompileSize(scope, keyword, Op::kMaxItems, value);
    case Keyword::kMinProperties:
      return CompileSize(scope, keyword, Op::kMinProperties, value);
    case Keyword::kMaxProperties:
      return CompileSize(scope, keyword, Op::kMaxProperties, value);
    case Keyword::kUniqueItems:
      return CompileUniqueItems(scope, value);
    case Keyword::kPattern:
      return CompilePattern(scope, value);
    case Keyword::kFormat:
      return CompileFormat(scope, value);
    default:
      return Fault(scope, keyword, "is not supported");
  }
}

absl::Status Compiler::CompileType(Scope& scope, const json::Value& value) {
  TypeSet types = 0;
  if (value.is_array()) {
    for (const json::Value& name : value) {
      const TypeSet bits = TypeNamed(name);
      if (bits == 0) {
        return Fault(
            scope,
            Keyword::kType,
            fmt::format("names no type with {}", json::ToShortText(name, kMaxShownBytes))
        );
      }
      if ((types & bits) != 0) return Fault(scope, Keyword::kType, "names a type twice");
      types |= bits;
    }
    if (types == 0) return Fault(scope, Keyword::kType, "must name at least one type");
  } else {
    types = TypeNamed(value);
  }
  if (types == 0) {
    return Fault(
        scope,
        Keyword::kType,
        fmt::format(
            "must be null, boolean, integer, number, string, array or object, not {}",
            json::ToShortText(value, kMaxShownBytes)
        )
    );
  }
  Emit(scope, Op::kType, Keyword::kType, types);
  return absl::OkStatus();
}

absl::Status Compiler::CompileEnum(Scope& scope, const json::Value& value) {
  if (!value.is_array()) return Fault(scope, Keyword::kEnum, "must be a list of values");
  EnumOperand operand;
  for (const json::Value& allowed : value) operand.values.push_back(&allowed);
  if (operand.values.size() > kLinearEnum) {
    for (const json::Value* allowed : operand.values) {
      operand.by_hash[HashValue(*allowed)].push_back(allowed);
    }
  }
  program_.enums.push_back(std::move(operand));
  Emit(scope, Op::kEnum, Keyword::kEnum, program_.enums.size() - 1);
  return absl::OkStatus();
}

absl::Status Compiler::CompileConst(Scope& scope, const json::Value& value) {
  program_.enums.push_back({.values = {&value}});
  Emit(scope, Op::kEnum, Keyword::kConst, program_.enums.size() - 1);
  return absl::OkStatus();
}

absl::Status Compiler::CompileBound(
    Scope& scope, Keyword keyword, Op op, const json::Value& value
) {
  if (!value.is_number()) return Fault(scope, keyword, "must be a number");
  if (op == Op::kMultipleOf) {
    if (json::CompareNumbers(value.number(), "0") <= 0) {
      return Fault(scope, keyword, "must be greater than 0");
    }
    if (value.number().size() > kMaxDivisorBytes) {
      return Fault(
          scope, keyword, fmt::format("must not have more than {} digits", kMaxDivisorBytes)
      );
    }
  }
  program_.numbers.push_back({.text = value.number(), .integer = json::ToInt64(value.number())});
  Emit(scope, op, keyword, program_.numbers.size() - 1);
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> Compiler::ReadSize(
    const Scope& scope, Keyword keyword, const json::Value& value
) {
  if (!value.is_number() || !json::IsInteger(value.number()) ||
      json::CompareNumbers(value.number(), "0") < 0) {
    return Fault(scope, keyword, "must be an integer of at least 0");
  }
  const std::optional<std::int64_t> size = json::ToInt64(value.number());
  // Nothing is larger than what does not fit.
  if (!size.has_value()) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(*size);
}

absl::Status Compiler::CompileSize(Scope& scope, Keyword keyword, Op op, const json::Value& value) {
  ASSIGN_OR_RETURN(const std::uint64_t size, ReadSize(scope, keyword, value));
  program_.sizes.push_back(size);
  Emit(scope, op, keyword, program_.sizes.size() - 1);
  return absl::OkStatus();
}

absl::Status Compiler::CompileUniqueItems(Scope& scope, const json::Value& value) {
  if (!value.is_boolean()) return Fault(scope, Keyword::kUniqueItems, "must be true or false");
  if (value.boolean()) Emit(scope, Op::kUniqueItems, Keyword::kUniqueItems, 0);
  return absl::OkStatus();
}

absl::StatusOr<const Pattern*> Compiler::PatternFor(
    const Scope& scope, Keyword keyword, std::string_view text
) {
  const auto [entry, fresh] = patterns_.try_emplace(std::string(text), nullptr);
  if (!fresh) return entry->second;
  auto compiled = Pattern::Compile(text);
  if (auto* fault = std::get_if<Pattern::Fault>(&compiled)) {
    return Fault(
        scope,
        keyword,
        fmt::format("has the pattern {}: {}", json::ToShortText(text, 200), fault->reason)
    );
  }
  auto& pattern = std::get<std::unique_ptr<const Pattern>>(compiled);
  pattern_bytes_ += pattern->memory_bytes();
  if (pattern_bytes_ > kMaxPatternBytes) {
    return Fault(scope, keyword, "makes the patterns of the schema too large together");
  }
  entry->second = pattern.get();
  program_.patterns.push_back(std::move(pattern));
  return entry->second;
}

absl::Status Compiler::CompilePattern(Scope& scope, const json::Value& value) {
  if (!value.is_string()) return Fault(scope, Keyword::kPattern, "must be a string");
  ASSIGN_OR_RETURN(const Pattern* pattern, PatternFor(scope, Keyword::kPattern, value.string()));
  program_.pattern_rules.push_back({.pattern = pattern, .text = value.string()});
  Emit(scope, Op::kPattern, Keyword::kPattern, program_.pattern_rules.size() - 1);
  return absl::OkStatus();
}

absl::Status Compiler::CompileFormat(Scope& scope, const json::Value& value) {
  if (!value.is_string()) return Fault(scope, Keyword::kFormat, "must be a string");
  const std::optional<Format> format = FindFormat(value.string());
  const bool always = scope.dialect.Has(Vocabulary::kFormatAssertion);
  if (!format.has_value()) {
    // That vocabulary promises an assertion, which a format nobody knows cannot be.
    if (always) return Fault(scope, Keyword::kFormat, "names an unknown format");
    return absl::OkStatus();
  }
  const auto operand = static_cast<std::uint32_t>(*format) | (always ? kAssertAlways : 0);
  Emit(scope, Op::kFormat, Keyword::kFormat, operand);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string_view>> Compiler::ReadNames(
    const Scope& scope, Keyword keyword, const json::Value& value
) {
  std::vector<std::string_view> names;
  absl::flat_hash_set<std::string_view> seen;
  if (!value.is_array()) return Fault(scope, keyword, "must be a list of names");
  for (const json::Value& name : value) {
    if (!name.is_string()) return Fault(scope, keyword, "must be a list of names");
    if (!seen.insert(name.string()).second) {
      return Fault(
          scope,
          keyword,
          fmt::format("has {} twice", json::ToShortText(name.string(), kMaxShownBytes))
      );
    }
    names.push_back(name.string());
  }
  return names;
}

}  // namespace extractd::schema
