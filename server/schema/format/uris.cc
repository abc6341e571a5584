#include <algorithm>
#include <array>
#include <cstdint>

#include "server/base/utf8.h"
#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"

namespace extractd::schema {
namespace {

// What else a part of a URI may hold besides unreserved, sub-delims and escapes.
constexpr std::string_view kUnreservedMarks = "-._~";
constexpr std::string_view kSubDelims = "!$&'()*+,;=";
constexpr std::string_view kNotInTemplates = "\"<>\\^`{|}";

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// ucschar of RFC 3987 in the first plane; the others follow one rule.
constexpr std::array kUcsChars = {
    Range{0xA0, 0xD7FF}, Range{0xF900, 0xFDCF}, Range{0xFDF0, 0xFFEF}
};

bool IsIn(std::uint32_t c, const Range& range) {
  return c >= range.first && c <= range.last;
}

// With iprivate, which only queries may hold.
bool IsUcsChar(std::uint32_t c, bool with_private) {
  if (c < 0x10000) {
    return std::ranges::any_of(kUcsChars, [c](const Range& range) { return IsIn(c, range); }) ||
           (with_private && IsIn(c, {0xE000, 0xF8FF}));
  }
  // The last two of each plane are no characters; plane 14 begins with tags; 15 and 16 are private.
  if ((c & 0xFFFFU) > 0xFFFDU || IsIn(c, {0xE0000, 0xE0FFF})) return false;
  return with_private || c < 0xF0000;
}

struct Allowed {
  std::string_view marks = {};  // besides unreserved and sub-delims
  bool international = false;
  bool with_private = false;
};

bool IsEscape(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && IsHexDigit(text[1]) && IsHexDigit(text[2]);
}

bool IsAllowedAscii(char c, std::string_view marks) {
  return json::IsLetter(c) || json::IsDigit(c) ||
         kUnreservedMarks.find(c) != std::string_view::npos ||
         kSubDelims.find(c) != std::string_view::npos || marks.find(c) != std::string_view::npos;
}

// How many bytes at the start of `text` stand for one allowed character; 0: none.
size_t AllowedSize(std::string_view text, const Allowed& allowed) {
  const char c = text.front();
  if (c == '%') return IsEscape(text) ? 3 : 0;
  if ((c & 0x80) == 0) return IsAllowedAscii(c, allowed.marks) ? 1 : 0;
  const CodePoint point = DecodeUtf8(text);
  return allowed.international && IsUcsChar(point.value, allowed.with_private) ? point.size : 0;
}

bool ConsistsOf(std::string_view text, const Allowed& allowed) {
  while (!text.empty()) {
    const size_t size = AllowedSize(text, allowed);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool IsIpLiteral(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  text = text.substr(1, text.size() - 2);
  if (!text.starts_with('v') && !text.starts_with('V')) return IsIpv6(text);
  Scan scan(text.substr(1));
  if (scan.TakeWhile(IsHexDigit).empty() || !scan.Take('.')) return false;
  return !scan.done() && scan.rest().find('%') == std::string_view::npos &&
         ConsistsOf(scan.rest(), {.marks = ":"});
}

bool IsAuthority(std::string_view text, bool international) {
  if (const size_t at = text.rfind('@'); at != std::string_view::npos) {
    const Allowed user = {.marks = ":", .international = international};
    if (!ConsistsOf(text.substr(0, at), user)) return false;
    text.remove_prefix(at + 1);
  }
  size_t port = text.rfind(':');
  if (text.starts_with('[') && text.rfind(']') > port) port = std::string_view::npos;
  if (text.starts_with('[') && text.ends_with(']')) port = std::string_view::npos;
  if (port != std::string_view::npos) {
    if (!std::ranges::all_of(text.substr(port + 1), json::IsDigit)) return false;
    text = text.substr(0, port);
  }
  if (text.starts_with('[')) return IsIpLiteral(text);
  return ConsistsOf(text, {.international = international});
}

// Takes "scheme:" off; false if there is none.
bool TakeScheme(std::string_view& text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !json::IsLetter(text.front())) return false;
  const bool good = std::ranges::all_of(text.substr(0, colon), [](char c) {
    return json::IsLetter(c) || json::IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
  if (good) text.remove_prefix(colon + 1);
  return good;
}

bool IsReference(std::string_view text, bool international, bool needs_scheme) {
  const bool has_scheme = TakeScheme(text);
  if (needs_scheme && !has_scheme) return false;
  if (const size_t hash = text.find('#'); hash != std::string_view::npos) {
    const Allowed fragment = {.marks = ":@/?", .international = international};
    if (!ConsistsOf(text.substr(hash + 1), fragment)) return false;
    text = text.substr(0, hash);
  }
  if (const size_t mark = text.find('?'); mark != std::string_view::npos) {
    const Allowed query = {
        .marks = ":@/?", .international = international, .with_private = international
    };
    if (!ConsistsOf(text.substr(mark + 1), query)) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    const size_t end = std::min(text.find('/', 2), text.size());
    if (!IsAuthority(text.substr(2, end - 2), international)) return false;
    text.remove_prefix(end);
  } else if (!has_scheme && text.find(':') < text.find('/')) {
    return false;  // the first segment would read as a scheme
  }
  return ConsistsOf(text, {.marks = ":@/", .international = international});
}

// varname of RFC 6570: characters and escapes, with single dots between them.
bool TakeVariableName(Scan& scan) {
  do {
    bool any = false;
    while (true) {
      if (scan.Take('%')) {
        if (scan.TakeWhile(IsHexDigit, 2).size() != 2) return false;
      } else if (scan.TakeWhile(
                         [](char c) { return json::IsLetter(c) || json::IsDigit(c) || c == '_'; }
                 ).empty()) {
        break;
      }
      any = true;
    }
    if (!any) return false;
  } while (scan.Take('.'));
  return true;
}

// The inside of "{…}" in a template.
bool IsExpression(std::string_view text) {
  Scan scan(text);
  scan.TakeOneOf("+#./;?&");
  do {
    if (!TakeVariableName(scan)) return false;
    if (scan.Take(':')) {
      const std::string_view length = scan.TakeWhile(json::IsDigit, 4);
      if (length.empty() || length.front() == '0') return false;
    } else {
      scan.Take('*');
    }
  } while (scan.Take(','));
  return scan.done();
}

bool IsTemplateCharacter(const CodePoint& point) {
  if (point.value >= 0x80) return IsUcsChar(point.value, true);
  return point.value > 0x20 && point.value != 0x7F &&
         kNotInTemplates.find(static_cast<char>(point.value)) == std::string_view::npos;
}

bool IsTemplateLiteral(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    if (point.size == 0 || !IsTemplateCharacter(point)) return false;
    if (point.value == '%' && !IsEscape(text)) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

}  // namespace

bool IsUri(std::string_view text) {
  return IsReference(text, false, true);
}
bool IsUriReference(std::string_view text) {
  return IsReference(text, false, false);
}
bool IsIri(std::string_view text) {
  return IsReference(text, true, true);
}
bool IsIriReference(std::string_view text) {
  return IsReference(text, true, false);
}

bool IsUriTemplate(std::string_view text) {
  while (!text.empty()) {
    const size_t open = std::min(text.find('{'), text.size());
    if (!IsTemplateLiteral(text.substr(0, open))) return false;
    text.remove_prefix(open);
    if (text.empty()) break;
    const size_t close = text.find('}');
    if (close == std::string_view::npos || !IsExpression(text.substr(1, close - 1))) return false;
    text.remove_prefix(close + 1);
  }
  return true;
}

}  // namespace extractd::schema
