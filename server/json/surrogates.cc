#include "server/json/surrogates.h"

#include "server/json/lexical.h"

namespace extractd::json {
namespace {

constexpr size_t kEscapeBytes = 6;  // \uXXXX
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The unit that an escape at the start of `text` names, if it is a \u escape.
std::optional<std::uint32_t> EscapedUnit(std::string_view text) {
  if (text.size() < kEscapeBytes || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  return ReadHex(text.substr(2), 4).value;
}

bool IsHigh(std::optional<std::uint32_t> unit) {
  return unit >= 0xD800U && unit <= 0xDBFFU;
}
bool IsLow(std::optional<std::uint32_t> unit) {
  return unit >= 0xDC00U && unit <= 0xDFFFU;
}

// Bytes of the escape at the start of `text`; a pair is one.
size_t EscapeSize(std::string_view text) {
  const std::optional<std::uint32_t> unit = EscapedUnit(text);
  if (!unit.has_value()) return 2;
  const bool pair = IsHigh(unit) && IsLow(EscapedUnit(text.substr(kEscapeBytes)));
  return pair ? 2 * kEscapeBytes : kEscapeBytes;
}

bool IsUnpaired(std::string_view escape) {
  const std::optional<std::uint32_t> unit = EscapedUnit(escape);
  return escape.size() == kEscapeBytes && (IsHigh(unit) || IsLow(unit));
}

}  // namespace

std::optional<std::string> ReplaceUnpairedSurrogates(std::string_view json) {
  std::optional<std::string> out;
  size_t copied = 0;
  size_t at = json.find('\\');
  while (at != std::string_view::npos) {
    const std::string_view escape = json.substr(at, EscapeSize(json.substr(at)));
    if (IsUnpaired(escape)) {
      if (!out.has_value()) out.emplace();
      out->append(json.substr(copied, at - copied)).append(kReplacement);
      copied = at + escape.size();
    }
    at = json.find('\\', at + escape.size());
  }
  if (out.has_value()) out->append(json.substr(copied));
  return out;
}

}  // namespace extractd::json
