#include "server/schema/format/rules.h"
#include "server/schema/format/scan.h"
#include "server/schema/pattern/translate.h"

namespace extractd::schema {

bool IsUuid(std::string_view text) {
  Scan scan(text);
  bool first = true;
  for (const size_t digits : {8U, 4U, 4U, 4U, 12U}) {
    if (!first && !scan.Take('-')) return false;
    first = false;
    if (scan.TakeWhile(IsHexDigit, digits).size() != digits) return false;
  }
  return scan.done();
}

bool IsJsonPointer(std::string_view text) {
  if (!text.empty() && !text.starts_with('/')) return false;
  for (size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

bool IsRelativeJsonPointer(std::string_view text) {
  Scan scan(text);
  const std::string_view up = scan.TakeWhile(json::IsDigit);
  if (up.empty() || (up.size() > 1 && up.front() == '0')) return false;
  return scan.rest() == "#" || IsJsonPointer(scan.rest());
}

bool IsRegex(std::string_view text) {
  return TranslatePattern(text).invalid.empty();
}

}  // namespace extractd::schema
