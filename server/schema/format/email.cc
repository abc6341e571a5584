#include <algorithm>

#include "server/base/utf8.h"
#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxLocalPart = 64;

bool IsNotAscii(char c) {
  return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool IsAtomText(char c, bool international) {
  if (IsNotAscii(c)) return international;
  return json::IsLetter(c) || json::IsDigit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// atom *("." atom)
bool IsDotString(std::string_view text, bool international) {
  Scan scan(text);
  do {
    const auto atom = scan.TakeWhile([&](char c) { return IsAtomText(c, international); });
    if (atom.empty()) return false;
  } while (scan.Take('.'));
  return scan.done();
}

bool IsQuotedText(char c, bool international) {
  return IsNotAscii(c) ? international : c >= ' ' && c != 0x7F;
}

// Any text in quotes; quotes and backslashes in it stand behind a backslash.
bool IsQuotedString(std::string_view text, bool international) {
  Scan scan(text);
  if (!scan.Take('"')) return false;
  while (!scan.Take('"')) {
    scan.Take('\\');
    if (!IsQuotedText(scan.Peek(), international)) return false;
    scan.Take(scan.Peek());
  }
  return scan.done();
}

bool IsAddressLiteral(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  text = text.substr(1, text.size() - 2);
  return text.starts_with("IPv6:") ? IsIpv6(text.substr(5)) : IsIpv4(text);
}

bool IsMailbox(std::string_view text, bool international) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || !IsValidUtf8(text)) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  if (local.size() > kMaxLocalPart) return false;
  if (!IsDotString(local, international) && !IsQuotedString(local, international)) return false;
  if (domain.starts_with('[')) return IsAddressLiteral(domain);
  return international ? IsIdnHostnameOnceNormalised(domain) : IsHostname(domain);
}

}  // namespace

bool IsEmail(std::string_view text) {
  return IsMailbox(text, false);
}

bool IsIdnEmail(std::string_view text) {
  return IsMailbox(text, true);
}

}  // namespace extractd::schema
