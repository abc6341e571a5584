#include "tests/conformance/damage/damage.h"

namespace extractd::json {
namespace {

constexpr auto kCount = static_cast<size_t>(Damage::kCount);

constexpr std::array<DamageRow, kCount> kRows = {{
    {"trailing_comma"},
    {"extra_comma"},
    {"missing_comma"},
    {"line_comment"},
    {"block_comment"},
    {"hash_comment"},
    {"white_space"},
    {"equals_sign", true},
    {"missing_colon", true},
    {"duplicate_key"},
    {"unquoted_key"},
    {"single_quote"},
    {"backtick"},
    {"typographic_quote"},
    {"inner_quote", true},
    {"control_character"},
    {"loose_escape"},
    {"hex_escape"},
    {"line_continuation"},
    {"invalid_utf8"},
    {"other_literal"},
    {"undefined"},
    {"plus_sign"},
    {"leading_zeros"},
    {"bare_fraction"},
    {"hex_number"},
    {"fence"},
    {"open_fence"},
    {"prose"},
    {"heading"},
    {"assignment"},
    {"tag"},
    {"byte_order_mark"},
    {"think"},
    {"lone_think_end"},
    {"other_candidate"},
    {"doubled_braces", true},
    {"unclosed"},
}};
static_assert(!kRows.back().name.empty());

}  // namespace

const DamageRow& RowOf(Damage damage) {
  return kRows[static_cast<size_t>(damage)];
}

std::vector<Damage> PickDamages(Random& random) {
  std::vector<Damage> damages;
  for (size_t left = 1 + random.Below(3); left > 0; --left) {
    damages.push_back(static_cast<Damage>(random.Below(kCount)));
  }
  return damages;
}

std::string NamesOf(const std::vector<Damage>& damages) {
  std::string names;
  for (const Damage damage : damages) {
    names += (names.empty() ? "" : ", ") + std::string(RowOf(damage).name);
  }
  return names;
}

}  // namespace extractd::json
