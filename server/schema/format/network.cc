#include <algorithm>

#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"

namespace extractd::schema {
bool IsIpv4(std::string_view text) {
  Scan scan(text);
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && !scan.Take('.')) return false;
    const std::string_view digits = scan.TakeWhile(json::IsDigit, 3);
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return false;
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    if (value > 255) return false;
  }
  return scan.done();
}

namespace {

// Groups of up to four hexadecimal digits between colons, the last perhaps an IPv4 address, which
// counts for two; -1: something else.
int CountGroups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int groups = 0;
  while (true) {
    const size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_in_ipv4 && group.find('.') != std::string_view::npos) {
      return IsIpv4(group) ? groups + 2 : -1;
    }
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, IsHexDigit)) return -1;
    ++groups;
    if (last) return groups;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

bool IsIpv6(std::string_view text) {
  const size_t gap = text.find("::");
  if (gap == std::string_view::npos) return CountGroups(text, true) == 8;
  const int before = CountGroups(text.substr(0, gap), false);
  const int after = CountGroups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < 8;
}

}  // namespace extractd::schema
