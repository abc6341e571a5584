#include "server/schema/pattern/pattern.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <re2/re2.h>

#include "server/schema/pattern/translate.h"

namespace extractd::schema {
namespace {

// Program and cached states of one pattern, in bytes: the first that suffices. Larger caches make
// no common pattern faster.
constexpr std::array<std::int64_t, 4> kBudgets = {64 << 10, 512 << 10, 4 << 20, 32 << 20};

re2::RE2::Options OptionsFor(std::int64_t budget) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(budget);
  return options;
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
  for (const std::int64_t budget : kBudgets) {
    re2 = std::make_unique<const re2::RE2>(text, OptionsFor(budget));
    if (re2->ok()) return Condition{std::move(re2), negative};
    if (re2->error_code() != re2::RE2::ErrorPatternTooLarge) break;
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
  for (const Condition& condition : conditions_) {
    bytes += sizeof(Condition) + sizeof(re2::RE2) + condition.re2->pattern().size() +
             static_cast<size_t>(condition.re2->options().max_mem());
  }
  return bytes;
}

}  // namespace extractd::schema
