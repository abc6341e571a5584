#include "server/base/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "server/base/strings.h"

namespace extractd {
namespace {

// Callers' texts can be long; a name of ours is not.
constexpr size_t kMaxCompared = 128;

// Levenshtein's distance, one row at a time.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string NearestName(std::string_view text, std::span<const std::string> names) {
  const std::string wanted = ToLower(text.substr(0, kMaxCompared));
  size_t best = (wanted.size() + 2) / 3 + 1;
  std::string_view nearest;
  for (const std::string& name : names) {
    const size_t distance = EditDistance(wanted, ToLower(name));
    if (distance >= best) continue;
    best = distance;
    nearest = name;
  }
  return std::string(nearest);
}

}  // namespace extractd
