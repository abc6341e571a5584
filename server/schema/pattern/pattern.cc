#include "server/schema/pattern/pattern.h"

#include <array>

#include <fmt/format.h>
#include <re2/re2.h>

#include "server/schema/pattern/translate.h"

namespace extractd::schema {
namespace {

// Program and cached states of one pattern, in bytes: the first that suffices. Larger caches make
// no common pattern faster.
constexpr std::array<std::int64_t, 3> kBudgets = {64 << 10, 512 << 10, 8 << 20};

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
  std::unique_ptr<const re2::RE2> re2;
  for (const std::int64_t budget : kBudgets) {
    re2 = std::make_unique<const re2::RE2>(translation.re2, OptionsFor(budget));
    if (re2->ok()) return std::unique_ptr<const Pattern>(new Pattern(std::move(re2)));
    if (re2->error_code() != re2::RE2::ErrorPatternTooLarge) break;
  }
  if (re2->error_code() == re2::RE2::ErrorPatternTooLarge) return Fault{"it is too large"};
  if (re2->error_code() == re2::RE2::ErrorRepeatSize) {
    return Fault{"its repetitions are too large together"};
  }
  return Fault{"it cannot be run: " + re2->error()};
}

Pattern::Pattern(std::unique_ptr<const re2::RE2> re2) : re2_(std::move(re2)) {}
Pattern::~Pattern() = default;

bool Pattern::Matches(std::string_view text) const {
  const re2::StringPiece piece(text.data(), text.size());
  return re2_->Match(piece, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

size_t Pattern::memory_bytes() const {
  return sizeof(*this) + sizeof(re2::RE2) + re2_->pattern().size() +
         static_cast<size_t>(re2_->options().max_mem());
}

}  // namespace extractd::schema
