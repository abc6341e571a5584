// The ways in which the tests damage JSON, by name.
#ifndef EXTRACTD_TESTS_CONFORMANCE_DAMAGE_DAMAGE_H_
#define EXTRACTD_TESTS_CONFORMANCE_DAMAGE_DAMAGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/damage/random.h"

namespace extractd::json {

enum class Damage : std::uint8_t {
  // Between values.
  kTrailingComma,
  kExtraComma,
  kMissingComma,
  kLineComment,
  kBlockComment,
  kHashComment,
  kWhiteSpace,
  kEqualsSign,
  kMissingColon,
  kDuplicateKey,
  // Names and strings.
  kUnquotedKey,
  kSingleQuote,
  kBacktick,
  kTypographicQuote,
  kInnerQuote,
  kControlCharacter,
  kLooseEscape,
  kHexEscape,
  kLineContinuation,
  kInvalidUtf8,
  // Numbers and literals.
  kOtherLiteral,
  kUndefined,
  kPlusSign,
  kLeadingZeros,
  kBareFraction,
  kHexNumber,
  // Around the value.
  kFence,
  kOpenFence,
  kProse,
  kHeading,
  kAssignment,
  kTag,
  kByteOrderMark,
  kThink,
  kLoneThinkEnd,
  kOtherCandidate,
  kDoubledBraces,
  kUnclosed,
  kCount,
};

struct DamageRow {
  std::string_view name = {};
  // What was meant can't always be told, so that the text may be refused; never misread silently.
  bool may_be_refused = false;
};

const DamageRow& RowOf(Damage damage);

// One to three of them, which need not differ.
std::vector<Damage> PickDamages(Random& random);

std::string NamesOf(const std::vector<Damage>& damages);

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_CONFORMANCE_DAMAGE_DAMAGE_H_
