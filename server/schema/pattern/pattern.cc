#include "server/schema/pattern/pattern.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <re2/re2.h>

#include "server/schema/pattern/translate.h"

namespace extractd::schema {
namespace {

// How much memory RE2 may use for a pattern: the first row for its program. The automaton gets what
// the program leaves, and runs only if it has room for 20 of its states; without it RE2 is slower
// by far. More room makes no real pattern faster: docs/adr/2026-11-21-memory-of-patterns.md.
struct Budget {
  std::int64_t max_mem;  // in bytes
  int max_program;       // instructions
};
constexpr std::array<Budget, 7> kBudgets = {{
    {16 << 10, 16},
    {32 << 10, 32},
    {64 << 10, 96},
    {128 << 10, 600},
    {512 << 10, 2048},
    {4 << 20, 16'384},
    {32 << 20, std::numeric_limits<int>::max()},
}};

re2::RE2::Options OptionsFor(std::int64_t budget) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(budget);
  return options;
}

// At most so much does a pattern take, however many texts it meets. Of RE2's limit, a third is for
// a program that runs backwards, and another for an automaton that looks for the first match
// instead of any: neither is ever made. The syntax tree and the program take less than what is
// added.
size_t BytesOf(const re2::RE2& re2) {
  constexpr size_t kFixed = 2048;
  constexpr size_t kForByte = 64;
  constexpr size_t kForInstruction = 24;
  return kFixed + (kForByte * re2.pattern().size()) +
         (kForInstruction * static_cast<size_t>(re2.ProgramSize())) +
         (static_cast<size_t>(re2.options().max_mem()) / 3);
}

}  // namespace

std::variant<std::unique_ptr<const Pattern>, Pattern::Fault> Pattern::Compile(std::string_view text
) {
  const Translation translation = TranslatePattern(text);
  if (!translation.invalid.empty()) {
    return Fault{"it is no regular expression of ECMA-262: " + translation.invalid};
  }
  if (!translation.unsupported.empty()) return Fault{translation.unsupported};
  std::vector<Condition> conditions;
  const auto add = [&conditions](const std::string& re2, bool negative) -> std::optional<Fault> {
    auto condition = CompileCondition(re2, negative);
    if (auto* fault = std::get_if<Fault>(&condition)) return std::move(*fault);
    conditions.push_back(std::get<Condition>(std::move(condition)));
    return std::nullopt;
  };
  if (auto fault = add(translation.re2, false)) return *std::move(fault);
  for (const LookAhead& look_ahead : translation.look_aheads) {
    if (auto fault = add(look_ahead.re2, look_ahead.negative)) return *std::move(fault);
  }
  return std::unique_ptr<const Pattern>(new Pattern(std::move(conditions)));
}

std::variant<Pattern::Condition, Pattern::Fault> Pattern::CompileCondition(
    const std::string& text, bool negative
) {
  std::unique_ptr<const re2::RE2> re2;
  int program = 0;  // its size, once it is known
  for (const Budget& budget : kBudgets) {
    if (program > budget.max_program) continue;
    re2 = std::make_unique<const re2::RE2>(text, OptionsFor(budget.max_mem));
    if (re2->ok()) {
      program = re2->ProgramSize();
      if (program <= budget.max_program) return Condition{std::move(re2), negative};
    } else if (re2->error_code() != re2::RE2::ErrorPatternTooLarge) {
      break;
    }
  }
  if (re2->error_code() == re2::RE2::ErrorPatternTooLarge) return Fault{"it is too large"};
  if (re2->error_code() == re2::RE2::ErrorRepeatSize) {
    return Fault{"its repetitions are too large together"};
  }
  return Fault{"it cannot be run: " + re2->error()};
}

Pattern::Pattern(std::vector<Condition> conditions) : conditions_(std::move(conditions)) {}
Pattern::~Pattern() = default;

bool Pattern::Matches(std::string_view text) const {
  const re2::StringPiece piece(text.data(), text.size());
  return std::ranges::all_of(conditions_, [&piece](const Condition& condition) {
    return condition.re2->Match(piece, 0, piece.size(), re2::RE2::UNANCHORED, nullptr, 0) !=
           condition.negative;
  });
}

size_t Pattern::memory_bytes() const {
  size_t bytes = sizeof(*this);
  for (const Condition& condition : conditions_)
    bytes += sizeof(Condition) + BytesOf(*condition.re2);
  return bytes;
}

}  // namespace extractd::schema
