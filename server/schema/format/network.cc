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

bool IsIpv6(std::string_view text) {
  Scan scan(text);
  int groups = 0;
  bool gap = false;  // "::" has been seen
  if (scan.Take(':')) {
    if (!scan.Take(':')) return false;
    gap = true;
    if (scan.done()) return true;
  }
  while (true) {
    if (scan.rest().find('.') < scan.rest().find(':')) {
      groups += 2;
      return IsIpv4(scan.rest()) && (gap ? groups < 8 : groups == 8);
    }
    if (scan.TakeWhile(IsHexDigit, 4).empty()) return false;
    ++groups;
    if (scan.done()) break;
    if (!scan.Take(':')) return false;
    if (scan.Take(':')) {
      if (gap) return false;
      gap = true;
      if (scan.done()) break;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

}  // namespace extractd::schema
