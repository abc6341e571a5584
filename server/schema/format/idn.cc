#include <algorithm>

#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxLabel = 63;

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel) return false;
  if (label.starts_with('-') || label.ends_with('-')) return false;
  if (label.size() >= 4 && label.substr(2, 2) == "--") return false;
  return std::ranges::all_of(label, [](char c) {
    return json::IsLetter(c) || json::IsDigit(c) || c == '-';
  });
}

}  // namespace

bool IsIdnHostname(std::string_view text) {
  while (true) {
    const size_t dot = std::min(text.find('.'), text.size());
    if (!IsLabel(text.substr(0, dot))) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace extractd::schema
