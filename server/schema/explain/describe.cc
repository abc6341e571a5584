#include "server/schema/explain/describe.h"

#include <array>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "server/base/nearest.h"
#include "server/json/write.h"
#include "server/schema/evaluate/text_length.h"
#include "server/schema/format/format.h"

namespace extractd::schema {
namespace {

// A message shows so much of a value, of a name, of a list of allowed values.
constexpr size_t kMaxValueBytes = 80;
constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxListBytes = 200;
constexpr size_t kMaxPatternBytes = 200;

std::string Quoted(std::string_view name) {
  return json::ToShortText(name, kMaxNameBytes);
}

// "string "abc"", "number 5", "null", "an object" …
std::string Got(const json::Value& value) {
  switch (value.type()) {
    case json::Type::kArray:
      return value.size() == 0 ? "an empty array" : "an array";
    case json::Type::kObject:
      return value.size() == 0 ? "an empty object" : "an object";
    case json::Type::kNull:
      return "null";
    default:
      return fmt::format("{} {}", TypeName(value.type()), json::ToShortText(value, kMaxValueBytes));
  }
}

std::string ListOf(const std::vector<const json::Value*>& values) {
  std::string list;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string text = json::ToShortText(*values[i], kMaxValueBytes);
    if (i > 0 && list.size() + text.size() > kMaxListBytes) {
      fmt::format_to(std::back_inserter(list), ", … ({} more)", values.size() - i);
      break;
    }
    list.append(i > 0 ? ", " : "").append(text);
  }
  return list;
}

std::string Count(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

Description ExpectedGot(std::string expected, std::string_view got) {
  Description description = {.expected = std::move(expected)};
  description.message = fmt::format("expected {}, got {}", description.expected, got);
  return description;
}

// The allowed text that was perhaps meant.
std::string NearestAllowed(const EnumOperand& operand, const json::Value& value) {
  if (!value.is_string()) return "";
  std::vector<std::string> names;
  for (const json::Value* allowed : operand.values) {
    if (allowed->is_string()) names.emplace_back(allowed->string());
  }
  return NearestName(value.string(), names);
}

Description DescribeEnum(const EnumOperand& operand, Keyword keyword, const json::Value& value) {
  if (operand.values.empty()) return ExpectedGot("no value at all", Got(value));
  const bool one = keyword == Keyword::kConst || operand.values.size() == 1;
  Description description =
      ExpectedGot((one ? "" : "one of ") + ListOf(operand.values), Got(value));
  const std::string nearest = NearestAllowed(operand, value);
  if (!one && !nearest.empty()) {
    description.message += fmt::format("; did you mean {}?", Quoted(nearest));
  }
  return description;
}

Description DescribeBound(const NumberOperand& bound, Op op, const json::Value& value) {
  std::string_view relation = "a multiple of";
  if (op == Op::kMinimum) relation = "at least";
  if (op == Op::kMaximum) relation = "at most";
  if (op == Op::kExclusiveMinimum) relation = "more than";
  if (op == Op::kExclusiveMaximum) relation = "less than";
  return ExpectedGot(
      fmt::format("{} {}", relation, bound.text), json::ToShortText(value, kMaxValueBytes)
  );
}

Description DescribeSize(std::uint64_t bound, Op op, const json::Value& value) {
  const bool least = op == Op::kMinLength || op == Op::kMinItems || op == Op::kMinProperties;
  const std::string_view relation = least ? "at least" : "at most";
  if (value.is_string()) {
    return ExpectedGot(
        fmt::format("{} {}", relation, Count(bound, "character", "characters")),
        fmt::format("{}: {}", TextLength(value.string()), json::ToShortText(value, kMaxValueBytes))
    );
  }
  const bool list = value.is_array();
  return ExpectedGot(
      fmt::format(
          "{} {}",
          relation,
          Count(bound, list ? "element" : "member", list ? "elements" : "members")
      ),
      std::to_string(value.size())
  );
}

}  // namespace

std::string JoinWithOr(const std::vector<std::string_view>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string DescribeTypes(TypeSet types) {
  struct Row {
    TypeSet bit;
    std::string_view name;
  };
  constexpr std::array kRows = {
      Row{TypeBit(json::Type::kString), "string"},
      Row{kIntegerBit, "integer"},
      Row{TypeBit(json::Type::kNumber), "number"},
      Row{TypeBit(json::Type::kBoolean), "boolean"},
      Row{TypeBit(json::Type::kArray), "array"},
      Row{TypeBit(json::Type::kObject), "object"},
      Row{TypeBit(json::Type::kNull), "null"},
  };
  std::vector<std::string_view> names;
  for (const Row& row : kRows) {
    if ((types & row.bit) != 0) names.push_back(row.name);
  }
  return JoinWithOr(names);
}

Description Describe(
    const CompiledSchema::Program& program, const Instruction& instruction, const json::Value& value
) {
  const std::uint32_t operand = instruction.operand;
  switch (instruction.op) {
    case Op::kType:
      return ExpectedGot(DescribeTypes(operand), Got(value));
    case Op::kEnum:
      return DescribeEnum(program.enums[operand], instruction.keyword, value);
    case Op::kMinimum:
    case Op::kMaximum:
    case Op::kExclusiveMinimum:
    case Op::kExclusiveMaximum:
    case Op::kMultipleOf:
      return DescribeBound(program.numbers[operand], instruction.op, value);
    case Op::kMinLength:
    case Op::kMaxLength:
    case Op::kMinItems:
    case Op::kMaxItems:
    case Op::kMinProperties:
    case Op::kMaxProperties:
      return DescribeSize(program.sizes[operand], instruction.op, value);
    case Op::kPattern:
      return ExpectedGot(
          fmt::format(
              "text that matches the pattern {}",
              json::ToShortText(program.pattern_rules[operand].text, kMaxPatternBytes)
          ),
          json::ToShortText(value, kMaxValueBytes)
      );
    case Op::kFormat:
      return ExpectedGot(
          fmt::format(
              "text of the format \"{}\"", FormatName(static_cast<Format>(operand & ~kAssertAlways))
          ),
          json::ToShortText(value, kMaxValueBytes)
      );
    case Op::kNot:
      return {
          .expected = "a value that the schema under \"not\" does not allow",
          .message =
              fmt::format("{} is not allowed here: it matches what \"not\" excludes", Got(value)),
      };
    default:
      return {
          .expected = "no value",
          .message = fmt::format("no value is allowed here, got {}", Got(value))
      };
  }
}

Description DescribeMissing(std::string_view name) {
  return {
      .expected = fmt::format("a member {}", Quoted(name)),
      .message = fmt::format("the required member {} is missing", Quoted(name)),
  };
}

Description DescribeUnknownMember(const MemberRules& rules, std::string_view name) {
  std::vector<std::string> known;
  std::string list;
  size_t hidden = 0;
  for (const MemberRule& rule : rules.rules) {
    if (!rule.declared) continue;
    known.emplace_back(rule.name);
    const std::string quoted = Quoted(rule.name);
    if (hidden > 0 || list.size() + quoted.size() > kMaxListBytes) {
      ++hidden;
    } else {
      list.append(list.empty() ? "" : ", ").append(quoted);
    }
  }
  if (hidden > 0) fmt::format_to(std::back_inserter(list), ", … ({} more)", hidden);
  Description description = {
      .expected = known.empty() ? "no such member" : fmt::format("one of the members {}", list),
      .message = fmt::format("the member {} is not allowed", Quoted(name)),
  };
  const std::string nearest = NearestName(name, known);
  if (!nearest.empty() && nearest != name) {
    description.message += fmt::format("; did you mean {}?", Quoted(nearest));
  } else if (!known.empty()) {
    description.message += fmt::format("; allowed are {}", list);
  }
  return description;
}

Description DescribeExtraElement(size_t allowed) {
  return {
      .expected = fmt::format("at most {}", Count(allowed, "element", "elements")),
      .message =
          fmt::format("no more than {} allowed", Count(allowed, "element is", "elements are")),
  };
}

Description DescribeContains(const ContainsRule& rule, std::uint64_t matches) {
  const bool too_few = matches < rule.min;
  const std::uint64_t bound = too_few ? rule.min : *rule.max;
  return ExpectedGot(
      fmt::format(
          "at {} {} the schema under \"contains\"",
          too_few ? "least" : "most",
          Count(bound, "element that matches", "elements that match")
      ),
      matches == 0 ? "none" : std::to_string(matches)
  );
}

Description DescribeDependent(std::string_view present, std::string_view missing) {
  return {
      .expected = fmt::format("a member {}", Quoted(missing)),
      .message = fmt::format(
          "the member {} is missing, which is required beside {}", Quoted(missing), Quoted(present)
      ),
  };
}

Description DescribeUnevaluated(const json::Value& child, bool in_array) {
  if (in_array) {
    return {
        .expected = "no further elements",
        .message = "this element is not allowed: no part of the schema describes it",
    };
  }
  return {
      .expected = "no such member",
      .message = fmt::format(
          "the member {} is not allowed: no part of the schema describes it", Quoted(child.key())
      ),
  };
}

Description DescribeEqual(size_t first, size_t second) {
  return {
      .expected = "unique elements",
      .message =
          fmt::format("expected unique elements, but elements {} and {} are equal", first, second),
  };
}

Description DescribeTwoBranches(size_t first, size_t second) {
  return {
      .expected = "exactly one of the allowed forms",
      .message = fmt::format(
          "the value matches the allowed forms {} and {}, but must match exactly one",
          first + 1,
          second + 1
      ),
  };
}

Report DescribeAbort(const Report& report, const json::Value& instance) {
  Report only(report.max_issues());
  if (only.Count()) {
    only.Add(
        {.place = {.value = instance}},
        {.expected = "a value that can be checked",
         .message = "the value could not be checked: the schema is too deep or too complex for it"}
    );
  }
  return only;
}

}  // namespace extractd::schema
